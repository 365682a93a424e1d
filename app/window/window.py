"""The window: a frame around the features, which puts their panels and commands into place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import QByteArray, QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QVBoxLayout, QWidget

from app.feature.command import Command, Section
from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.gesture import Gesture
from app.feature.panel import Piece, Spot
from app.feature.showing import Showing
from app.features import FEATURES
from app.window.docks import Docks
from app.window.menus import Menus
from app.window.toolbar import Toolbar
from networks.project.project import Project, first_project

AnyFeature = TypeVar("AnyFeature", bound=Feature)


class MainWindow(QMainWindow):
    """Shows one project. It knows no feature by name: what they declare is all that it needs."""

    painted = Signal()
    """The window is on the screen for the first time."""

    def __init__(
        self,
        project: Project | None = None,
        parent: QWidget | None = None,
        features: Sequence[type[Feature]] = FEATURES,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("main_window")
        self.desk = Desk(first_project() if project is None else project, self)
        self.desk.told.connect(self._tell)
        self.features = tuple(make(self.desk) for make in features)
        self._closing = False
        self._restore_geometry()
        self.docks = self._make_docks()
        own, declared = self._commands(), [entry for feature in self.features for entry in feature.commands()]
        self._entries = (*own, *declared)
        toggles = [dock.toggleViewAction() for dock in self.docks.in_order()]
        self.menus = Menus(self._entries, toggles, self)
        self._toolbar = self._place_pieces()
        self._connect()
        self._sized = self.docks.restore(QByteArray(self.desk.settings.read().docks))
        if not self._sized:
            self.docks.arrange()
        self._show_title()
        Showing(self.desk, self.features).show()
        self._show_commands()

    def feature(self, kind: type[AnyFeature]) -> AnyFeature:
        """The one feature of this type, for whoever drives the window from outside, such as tests."""
        return next(feature for feature in self.features if isinstance(feature, kind))

    @Slot()
    def begin(self) -> None:
        """The window stands: features load, ask and offer what they have to."""
        for feature in self.features:
            feature.begin()

    # what is shown

    @Slot()
    def _show_commands(self) -> None:
        self.menus.show(self.desk.shown)

    @Slot()
    def _show_title(self) -> None:
        title = self.desk.files.title()
        self.setWindowTitle(f"{title} — Backbone")
        self._toolbar.show_file(title)

    @Slot(str, int)
    def _tell(self, sentence: str, milliseconds: int) -> None:
        self.statusBar().showMessage(sentence, milliseconds)

    # building

    def _make_docks(self) -> Docks:
        docks = Docks(self)
        for feature in self.features:
            for panel in feature.panels():
                docks.add(panel)
        return docks

    def _commands(self) -> tuple[Command, ...]:
        """What the frame itself can do."""
        return (
            Command("arrange", Section.PANELS, self.tr("&Reset the arrangement"), self.docks.arrange),
            Command("keys", Section.HELP, self.tr("&Keyboard and mouse"), self.show_keys, ("F1",)),
        )

    def _place_pieces(self) -> Toolbar:
        pieces = [piece for feature in self.features for piece in feature.pieces()]
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in _at(Spot.ABOVE, pieces):
            column.addWidget(widget)
        for widget in _at(Spot.CENTRE, pieces):
            column.addWidget(widget, 1)
        self.setCentralWidget(middle)
        for widget in _at(Spot.STATUS, pieces):
            self.statusBar().addWidget(widget)
        for widget in _at(Spot.CORNER, pieces):
            self.statusBar().addPermanentWidget(widget)
        self.statusBar().setSizeGripEnabled(False)
        toolbar = Toolbar(_at(Spot.TOOLBAR, pieces), self._actions_with_icons(), _at(Spot.CONTROLS, pieces))
        self.addToolBar(toolbar)
        return toolbar

    def _actions_with_icons(self) -> list[QAction]:
        return [self.menus.actions[command.id] for command in self.commands() if command.icon]

    def _connect(self) -> None:
        self.desk.changed.connect(self._show_commands)
        self.desk.files.title_changed.connect(self._show_title)
        for feature in self.features:
            feature.rested.connect(self._close_at_last)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        # what is typed into the next field is another step
        application.focusChanged.connect(self._end_merge)
        self.installEventFilter(self)

    @Slot()
    def _end_merge(self) -> None:
        self.desk.document.end_merge()

    def _restore_geometry(self) -> None:
        available = self.screen().availableSize()
        # a window's frame and title take some of the screen, too
        self.resize(min(1480, available.width()), min(920, available.height() - 40))
        self.restoreGeometry(QByteArray(self.desk.settings.read().geometry))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and watched is self:
            self.removeEventFilter(self)
            # the rest of the window is painted in the same go
            QTimer.singleShot(0, self.painted.emit)
        return False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._sized:
            self._sized = True
            self.docks.size()

    # help

    @Slot()
    def show_keys(self) -> None:
        """All keys and gestures on one page."""
        # imported late, so that the window opens sooner
        from app.window.keys_page import keys_page, on_the_page

        keys_page(self, on_the_page(self.commands(), self.gestures())).open()

    def commands(self) -> tuple[Command, ...]:
        """All commands, the frame's own included."""
        return tuple(entry for entry in self._entries if isinstance(entry, Command))

    def gestures(self) -> tuple[Gesture, ...]:
        """Keys and gestures that belong to no command."""
        return tuple(gesture for feature in self.features for gesture in feature.gestures())

    # the end

    @Slot()
    def _close_at_last(self) -> None:
        if self._closing:
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._closing and not all(feature.may_close() for feature in self.features):
            event.ignore()
            return
        self._closing = True
        halted = [feature.halt() for feature in self.features]
        if not all(halted):
            # the window closes for good when what was going on has ended
            event.ignore()
            return
        for feature in self.features:
            feature.close()
        self.desk.settings.change(geometry=self.saveGeometry().data(), docks=self.docks.save().data())
        super().closeEvent(event)


def _at(spot: Spot, pieces: Sequence[Piece]) -> list[QWidget]:
    return [piece.widget for piece in pieces if piece.spot is spot]
