"""New, open, save and quit, and the offer to restore what a crash left."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QMenu, QMessageBox, QWidget

from app.feature.command import Command, MenuEntry, Section, Submenu
from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.panel import Piece, Spot
from app.session.left_runs import Left, is_name
from networks.core.message import message, plural, visible
from networks.project.run_titles import newest_project
from networks.runs.kept.folders import RUNS
from widgets.controls.clear_menu import clear_menu
from widgets.controls.offer_bar import OfferBar
from widgets.look.translation import said


class ProjectFiles(Feature):
    """The files of the session, as the user meets them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.offer_bar = OfferBar()
        self.offer_bar.accepted.connect(self._restore)
        self.offer_bar.refused.connect(self._forget)
        desk.files.recovery.failed.connect(desk.say)

    def pieces(self) -> tuple[Piece, ...]:
        return (Piece(Spot.ABOVE, self.offer_bar),)

    def commands(self) -> tuple[MenuEntry, ...]:
        files, project, saving = self.desk.files, Section.PROJECT, Section.SAVING
        return (
            Command("new", project, self.tr("&New"), files.new, ("Ctrl+N",)),
            Command("open", project, self.tr("&Open…"), files.open, ("Ctrl+O",)),
            Command("open_run", project, self.tr("Open a r&un…"), files.open_run, ("Ctrl+Shift+O",)),
            Submenu(project, files.recent_menu),
            Submenu(project, self.left_menu),
            Command("save", saving, self.tr("&Save"), files.save_soon, ("Ctrl+S",)),
            Command("save_as", saving, self.tr("Save &as…"), files.save_as_soon, ("Ctrl+Shift+S",)),
            Command("quit", Section.QUIT, self.tr("&Quit"), self.desk.window.close, ("Ctrl+Q",)),
        )

    def begin(self) -> None:
        self.offer_recovery()

    # runs of projects that were never saved

    def left_menu(self, parent: QWidget) -> QMenu:
        """The menu of runs that belong to no file. It is filled each time it opens."""
        menu = QMenu(self.tr("Runs of unsaved &projects"), parent)
        menu.setObjectName("left_runs")
        menu.aboutToShow.connect(self._fill_left)
        return menu

    @Slot()
    def _fill_left(self) -> None:
        menu = self.sender()
        assert isinstance(menu, QMenu)
        clear_menu(menu)
        left = self.desk.files.unsaved.left()
        for each in left:
            runs = said(plural("{count} run", "{count} runs", count=each.runs))
            words = self.tr("{when}: {title} ({runs})").format(
                when=each.begun[:16].replace("T", " "), title=each.title, runs=runs
            )
            entry = menu.addMenu(visible(words, 90).replace("&", "&&"))
            entry.addAction(self.tr("Open"), partial(self.open_left, each.folder))
            entry.addAction(self.tr("Move to the system's trash…"), partial(self._throw_away, each))
        if not left:
            menu.addAction(self.tr("None are left")).setEnabled(False)

    def open_left(self, folder: Path) -> bool:
        """Opens what the newest of these runs trains, with all of them, as a project without a file."""
        files, name = self.desk.files, folder.name.removesuffix(RUNS)
        project = newest_project(folder) if is_name(name) else None
        if project is None:
            files.dialogs.show_error(
                message("What the runs in “{path}” train cannot be read.", path=str(folder))
            )
            return False
        return files.open_unsaved(project, name)

    def ask_throw_away(self, left: Left) -> bool:
        """Whether these runs are to go; a separate method, so that tests can answer."""
        runs = said(plural("{count} run", "{count} runs", count=left.runs))
        words = self.tr("Move {runs} of “{title}” to the system's trash?").format(
            runs=runs, title=visible(left.title)
        )
        buttons = QMessageBox.StandardButton
        box = QMessageBox(
            QMessageBox.Icon.Question, "Backbone", words, buttons.Yes | buttons.Cancel, self.desk.window
        )
        box.setTextFormat(Qt.TextFormat.PlainText)
        wished = box.exec() == buttons.Yes
        box.deleteLater()
        return wished

    def _throw_away(self, left: Left) -> None:
        if self.ask_throw_away(left) and not self.desk.files.unsaved.throw_away(left.folder):
            self.desk.files.dialogs.show_error(
                message("“{path}” was not moved to the system's trash.", path=str(left.folder))
            )

    def may_close(self) -> bool:
        return self.desk.files.may_discard()

    def close(self) -> None:
        self.desk.files.close()

    @Slot()
    def offer_recovery(self) -> None:
        """Offers what a crash left, where it left something, without standing in the way."""
        found = self.desk.files.recovery.recoverable()
        if found is None:
            return
        name = self.tr("Untitled") if found.path is None else visible(found.path.name)
        self.offer_bar.offer(
            self.tr("Unsaved changes of “{name}” were kept when Backbone last ended.").format(name=name),
            self.tr("Restore"),
            self.tr("Throw away"),
        )

    @Slot()
    def _restore(self) -> None:
        if not self.desk.files.restore():
            # the user wants to keep the open project for now
            self.offer_recovery()

    @Slot()
    def _forget(self) -> None:
        self.desk.files.recovery.forget()
        self.offer_recovery()
