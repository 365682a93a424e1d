"""The menu of edits between which a gesture has left the choice."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QGraphicsView, QMenu

from networks.graph.network import Network
from widgets.canvas.input.wishes import Choice, Edit
from widgets.canvas.scene import CanvasScene

PORT_ROOM = 24
"""Pixels around a card in which the pointer still means it or one of its ports."""


class Choices(QObject):
    """Lets the user choose an edit from a menu at the pointer, or at the card if keys have led there."""

    chosen = Signal(object)
    """An `Edit` of the network that is still shown."""

    def __init__(self, scene: CanvasScene, view: QGraphicsView) -> None:
        super().__init__(view)
        self._scene = scene

    @property
    def _view(self) -> QGraphicsView:
        view = self.parent()
        assert isinstance(view, QGraphicsView)
        return view

    def offer(self, choice: Choice, pointer: QPoint) -> None:
        """Opens the menu; `pointer` is where the pointer was last, in the view."""
        view = self._view
        menu = QMenu(view)
        menu.setObjectName("choice_of_edits")
        menu.aboutToHide.connect(menu.deleteLater)
        for words, edit in choice.options:
            menu.addAction(words).triggered.connect(partial(self._choose, self._scene.folding.network, edit))
        card = view.mapFromScene(self._scene.rect_of(choice.card)).boundingRect()
        near = card.adjusted(-PORT_ROOM, -PORT_ROOM, PORT_ROOM, PORT_ROOM).contains(pointer)
        menu.popup(view.viewport().mapToGlobal(pointer if near else card.center()))

    def _choose(self, network: Network, edit: Edit) -> None:
        if network is self._scene.folding.network:  # it may have been undone behind the menu
            self.chosen.emit(edit)
