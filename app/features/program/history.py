"""Undo and redo, which say what they would do, and what they have done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Slot

from app.feature.command import Command, MenuEntry, Section
from app.feature.feature import Feature
from app.feature.shown import Shown
from networks.project.project import Project
from widgets.forms.change_words import change_words, layer_change_words
from widgets.look.translation import declared


class History(Feature):
    """Takes steps of the document back and forth, and brings into view what that changed."""

    def commands(self) -> tuple[MenuEntry, ...]:
        section = Section.HISTORY
        return (
            Command(
                "undo",
                section,
                self._undo_words,
                self.undo,
                ("Ctrl+Z",),
                why_not=self._nothing_to_undo,
                icon="undo",
                named=self.tr("Undo"),
            ),
            Command(
                "redo",
                section,
                self._redo_words,
                self.redo,
                ("Ctrl+Shift+Z", "Ctrl+Y"),
                why_not=self._nothing_to_redo,
                icon="redo",
                named=self.tr("Redo"),
            ),
        )

    @Slot()
    def undo(self) -> None:
        """Undoes the last step and says what it was."""
        document = self.desk.document
        text = document.history.undoText()
        now = document.project
        if before := self._stepped(document.undo):
            self.desk.say(self.tr("Undone: {step}").format(step=step_words(before, now) or text))

    @Slot()
    def redo(self) -> None:
        """Redoes the step that was undone last and says what it is."""
        document = self.desk.document
        text = document.history.redoText()
        before = document.project
        if now := self._stepped(document.redo):
            self.desk.say(self.tr("Redone: {step}").format(step=step_words(before, now) or text))

    def _stepped(self, step: Callable[[], None]) -> Project | None:
        """Takes a step and shows what it has changed; the project after it, or None if there was no step."""
        document = self.desk.document
        before = document.project
        step()
        if document.project is before:
            return None
        self.desk.show_difference(before.network)
        return document.project

    def _undo_words(self, shown: Shown) -> str:
        return self.tr("Undo: {step}").format(step=shown.undo) if shown.undo else self.tr("Undo")

    def _redo_words(self, shown: Shown) -> str:
        return self.tr("Redo: {step}").format(step=shown.redo) if shown.redo else self.tr("Redo")

    def _nothing_to_undo(self, shown: Shown) -> str:
        return "" if shown.undo else self.tr("Nothing has been done yet that could be undone.")

    def _nothing_to_redo(self, shown: Shown) -> str:
        return "" if shown.redo else self.tr("Nothing was undone that could be done again.")


def step_words(before: Project, after: Project) -> str:
    """What a step changed, with its values; empty where it changed more than a few parameters."""
    if before.network == after.network:
        return change_words(before.recipe, after.recipe)
    old, new = before.network.by_name, after.network.by_name
    if before.recipe != after.recipe or old.keys() != new.keys():
        return ""
    if any(old[name].inputs != new[name].inputs for name in new):
        return ""
    different = [name for name in new if old[name].layer != new[name].layer]
    return layer_change_words(
        {name: old[name].layer for name in different},
        {name: new[name].layer for name in different},
        {name: declared(type(new[name].layer).name()) for name in different},
    )
