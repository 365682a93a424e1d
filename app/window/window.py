"""The window: a frame around the features, which puts their panels and commands into place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMainWindow, QMenuBar, QMessageBox, QVBoxLayout, QWidget

from app.feature.command import Command, Section
from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.gesture import Gesture
from app.feature.panel import Spot
from app.feature.showing import Showing
from app.feature.shown import Shown
from app.feature.turns import takes_turns
from app.features import FEATURES
from app.session.arrangement import Arrangement, Frame
from app.window.file_drops import FileDrops
from app.window.kept_focus import KeptFocus
from app.window.latin_shortcuts import LatinShortcuts
from app.window.menus import Menus
from app.window.seats import Seat, actions_of_zones
from app.window.status_line import StatusLine
from app.window.top_bar import TopBar
from app.window.zones import Zones
from networks.project.project import Project, first_project
from widgets.controls.screen_reader import announce

LEAST = (900, 480)
"""The smallest window, in device-independent pixels; a screen of 1920×1080 at 200 % has 960×540."""

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
        *,
        plain: bool = False,
    ) -> None:
        """With `plain` it is arranged as at the very first start, because the last start has failed."""
        super().__init__(parent)
        self.setObjectName("main_window")
        self.desk = Desk(first_project() if project is None else project, self)
        self.status_line = StatusLine(self)
        self.desk.told.connect(self._tell)
        self.features = tuple(make(self.desk) for make in features)
        self._closing = False
        self._waiting: QMessageBox | None = None
        self.ended_early = False
        """Whether it was closed while something still went on in a thread."""
        self._plain = plain
        self._place_frame()
        self._declared_pieces = [piece for feature in self.features for piece in feature.pieces()]
        panels = [panel for feature in self.features for panel in feature.panels()]
        self._seats = {panel.name: Seat(panel, self) for panel in panels}
        own, declared = self._commands(), [entry for feature in self.features for entry in feature.commands()]
        self._entries = (*own, *declared)
        toggles = [seat.action for seat in self._seats.values()]
        self.menus = Menus(self._entries, toggles, self)
        # the keyboard goes through the window in the order in which its parts are put in
        self.top_bar = self._make_bar()
        self.setMenuWidget(self.top_bar)
        self.zones = self._fill_middle()
        self.zones.choice_changed.connect(self._show_menus)
        self.status_line.fill(self._pieces(Spot.STATUS), self._pieces(Spot.CORNER))
        self.setStatusBar(self.status_line)
        self._connect()
        self.zones.arrange(self._kept())
        self._show_title()
        Showing(self.desk, self.features).show()
        self._show_state()
        self.zones.canvas_zone.take_focus()

    def feature(self, kind: type[AnyFeature]) -> AnyFeature:
        """The one feature of this type, for whoever drives the window from outside, such as tests."""
        return next(feature for feature in self.features if isinstance(feature, kind))

    def menuBar(self) -> QMenuBar:
        """The menus, which lie in the bar at the top; Qt's own method would put an empty one in its place."""
        return self.menus.bar

    @Slot()
    def begin(self) -> None:
        """The window stands: features load, ask and offer what they have to."""
        if self._plain:
            self._tell(
                self.tr("The last start did not succeed: the window is arranged as at the first one."), 0
            )
        for feature in self.features:
            feature.begin()

    # what is shown

    @Slot()
    def _show_menus(self) -> None:
        self.menus.show(self.desk.shown)

    @Slot()
    def _show_state_soon(self) -> None:
        if takes_turns(self.desk.shown):
            self.desk.turns.add(self._show_state)
        else:
            self._show_state()

    @Slot()
    def _show_state(self) -> None:
        self._show_menus()
        self.zones.inspector.show_summaries(self.desk.shown)

    @Slot()
    def _show_title(self) -> None:
        title = self.desk.files.title()
        self.setWindowTitle(f"{title} — Backbone")
        self.top_bar.show_project(title.rstrip("*"), title.endswith("*"))

    @Slot(str)
    def _open_panel(self, name: str) -> None:
        self.zones.seats[name].bring()

    @Slot(str, int, object)
    def _tell(self, sentence: str, milliseconds: int, shorter: tuple[str, ...] = ()) -> None:
        self.status_line.say((sentence, *shorter), milliseconds)
        announce(self, sentence)

    # building

    def _pieces(self, spot: Spot) -> list[QWidget]:
        return [piece.widget for piece in self._declared_pieces if piece.spot is spot]

    def _fill_middle(self) -> Zones:
        """Puts in the zones, and above them what is offered now and then."""
        middle = QWidget(self)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.setCentralWidget(middle)
        for widget in self._pieces(Spot.ABOVE):
            column.addWidget(widget)
        (canvas,), (strip,) = self._pieces(Spot.CENTRE), self._pieces(Spot.STRIP)
        zones = Zones(self._seats, canvas, strip, self._pieces(Spot.OVER_CANVAS), middle)
        column.addWidget(zones, 1)
        return zones

    @Slot()
    def _reset(self) -> None:
        self.zones.reset()

    def _commands(self) -> tuple[Command, ...]:
        """What the frame itself can do."""
        return (
            Command("arrange", Section.PANELS, self.tr("&Reset the arrangement"), self._reset),
            Command(
                "canvas_strip",
                Section.PANELS,
                self._canvas_words,
                self._toggle_canvas,
                why_not=self._why_no_strip,
                named=self.tr("Show the canvas beside a tab that needs its room"),
            ),
            Command("keys", Section.HELP, self.tr("&Keyboard and mouse"), self.show_keys, ("F1",)),
        )

    def _canvas_words(self, _: Shown) -> str:
        return self.tr("&Fold the canvas") if self.zones.canvas_choice() else self.tr("Show the can&vas")

    def _why_no_strip(self, _: Shown) -> str:
        here = self.zones.canvas_choice() is None
        return self.tr("The canvas folds beside tabs that need its room, such as Data.") if here else ""

    @Slot()
    def _toggle_canvas(self) -> None:
        self.zones.toggle_canvas()

    def _make_bar(self) -> TopBar:
        return TopBar(
            self.menus.bar,
            self._actions_with_icons(),
            self._pieces(Spot.TRANSPORT),
            self._pieces(Spot.BAR),
            actions_of_zones(self._seats, self),
            self,
        )

    def _actions_with_icons(self) -> list[QAction]:
        return [self.menus.actions[command.id] for command in self.commands() if command.icon]

    def _connect(self) -> None:
        self.desk.changed.connect(self._show_state_soon)
        self.desk.panel_wished.connect(self._open_panel)
        self.desk.canvas_wished.connect(self.zones.show_canvas)
        self.desk.files.title_changed.connect(self._show_title)
        for feature in self.features:
            feature.rested.connect(self._close_at_last)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        # what is typed into the next field is another step
        application.focusChanged.connect(self._end_merge)
        self._kept_focus = KeptFocus(application, self)
        self._shortcuts = LatinShortcuts(self)
        self._drops = FileDrops(self, self.desk.files)
        self.installEventFilter(self)

    @Slot()
    def _end_merge(self) -> None:
        self.desk.document.end_merge()

    # the arrangement

    def _kept(self) -> Arrangement:
        return Arrangement() if self._plain else self.desk.settings.read().arrangement

    def _place_frame(self) -> None:
        """Puts the window where it was, as far as a screen is there today."""
        available = self.screen().availableSize()
        # a window's frame and title take some of the screen, too
        self.setMinimumSize(*LEAST)
        self.resize(min(1480, available.width()), min(920, available.height() - 40))
        frame = self._kept().frame
        place = QRect(frame.left, frame.top, frame.width, frame.height)
        screen = QGuiApplication.screenAt(place.center())
        if place.isEmpty() or screen is None:
            return
        room = screen.availableGeometry()
        place.setSize(place.size().boundedTo(room.size()))
        place.moveLeft(min(max(place.left(), room.left()), room.right() + 1 - place.width()))
        place.moveTop(min(max(place.top(), room.top()), room.bottom() + 1 - place.height()))
        self.setGeometry(place)
        if frame.maximized:
            self.setWindowState(self.windowState() | Qt.WindowState.WindowMaximized)

    def _arrangement(self) -> Arrangement:
        """How the window is arranged now."""
        place = self.normalGeometry() if self.isMaximized() or self.isFullScreen() else self.geometry()
        frame = Frame(place.left(), place.top(), place.width(), place.height(), self.isMaximized())
        return replace(self.zones.arrangement(), frame=frame)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and watched is self:
            self.removeEventFilter(self)
            # the rest of the window is painted in the same go
            QTimer.singleShot(0, self.painted.emit)
        return False

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
        again, self._closing = self._closing, True
        awaited = [sentence for feature in self.features if (sentence := feature.halt())]
        if awaited and not (again and self._waiting is not None):
            # the window closes for good when what was going on has ended, or when it is closed again
            event.ignore()
            self._waiting = self._show_waiting(awaited)
            return
        if awaited:
            self.ended_early = True
            self.desk.files.leave()
        self._end_waiting()
        for feature in self.features:
            feature.close()
        self.desk.settings.change(arrangement=self._arrangement())
        super().closeEvent(event)

    def _show_waiting(self, awaited: Sequence[str]) -> QMessageBox:
        """Says what closing waits for. It is not modal: the window can be closed a second time."""
        sentence = self.tr(
            "Close the window again to end at once: saved files and unsaved changes stay safe, "
            "the weights of this run are lost."
        )
        box = QMessageBox(QMessageBox.Icon.Information, "Backbone", "", parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(" ".join(awaited))
        box.setInformativeText(sentence)
        box.setWindowModality(Qt.WindowModality.NonModal)
        box.addButton(self.tr("End at once"), QMessageBox.ButtonRole.DestructiveRole).clicked.connect(
            self.close
        )
        box.setEscapeButton(box.addButton(self.tr("Wait"), QMessageBox.ButtonRole.RejectRole))
        box.show()
        return box

    def _end_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.deleteLater()
            self._waiting = None
