"""New, open, save and quit, and the offer to restore what a crash left."""

from __future__ import annotations

from PySide6.QtCore import Slot

from app.feature.command import Command, MenuEntry, Section, Submenu
from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.panel import Piece, Spot
from networks.core.message import visible
from widgets.controls.offer_bar import OfferBar


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
            Command("save", saving, self.tr("&Save"), files.save_soon, ("Ctrl+S",)),
            Command("save_as", saving, self.tr("Save &as…"), files.save_as_soon, ("Ctrl+Shift+S",)),
            Command("quit", Section.QUIT, self.tr("&Quit"), self.desk.window.close, ("Ctrl+Q",)),
        )

    def begin(self) -> None:
        self.offer_recovery()

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
