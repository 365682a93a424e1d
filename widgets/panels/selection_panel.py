"""What is selected on the canvas: layers of one or several types, or a block; and whether it is frozen."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from networks.graph import edits
from networks.graph.presentation import Folding
from widgets.forms.form import Form
from widgets.look import theme
from widgets.panels.block_panel import BlockPanel
from widgets.panels.layer_panel import LayerPanel


class SelectionPanel(QWidget):
    """Shows what is selected and asks for another network."""

    edited = Signal(object, str, str)
    """The new network, the text for the history, and the key that merges turns of one field."""
    renamed = Signal(str, str)
    """Old and new name, just before `edited`, so that whoever keeps a selection by name can update it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folding: Folding | None = None
        self._inside: tuple[str, ...] = ()
        self.layers = LayerPanel()
        self.block = BlockPanel()
        self._training = Form()
        self._training.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, theme.SPACE + 4)
        self._training.edited.connect(self._freeze)
        for panel in (self.layers, self.block):
            panel.edited.connect(self.edited)
            panel.renamed.connect(self.renamed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.layers, self.block, self._training):
            column.addWidget(widget)
        column.addStretch(1)
        self.setMinimumWidth(theme.grown(244))
        self.block.hide()
        self._training.hide()

    def show_selection(self, folding: Folding, classes: int | None, names: tuple[str, ...]) -> None:
        """Shows this card or frame; several are shown as the layers in them."""
        self._folding = folding
        alone = len(names) == 1 and bool(folding.folds_of(names[0]))
        self.block.setVisible(alone)
        self.layers.setVisible(not alone)
        if alone:
            self.layers.give_up()
            self.block.show_folds(folding, classes, names[0])
        else:
            self.block.give_up()
            self.layers.show_layers(folding.network, folding.whole, folding.nodes(names))
        self._inside = tuple(name for name in folding.nodes(names) if folding.whole.nodes[name].weights)
        self._training.setVisible(bool(self._inside))
        if self._inside:
            self._training.show_values(
                [edits.Training(folding.network[name].frozen) for name in self._inside]
            )

    @Slot(str, object)
    def _freeze(self, field: str, value: object) -> None:
        assert self._folding is not None
        network = edits.freeze(self._folding.network, self._inside, frozen=bool(value))
        self.edited.emit(network, self.tr("Freeze") if value else self.tr("Unfreeze"), "")
