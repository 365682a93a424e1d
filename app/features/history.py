"""Undo and redo, which say what they would do."""

from __future__ import annotations

from app.feature.command import Command, MenuEntry, Section
from app.feature.feature import Feature
from app.feature.shown import Shown


class History(Feature):
    """Takes steps of the document back and forth."""

    def commands(self) -> tuple[MenuEntry, ...]:
        document, section = self.desk.document, Section.HISTORY
        return (
            Command(
                "undo",
                section,
                self._undo_words,
                document.undo,
                ("Ctrl+Z",),
                why_not=self._nothing_to_undo,
                icon="undo",
                named=self.tr("Undo"),
            ),
            Command(
                "redo",
                section,
                self._redo_words,
                document.redo,
                ("Ctrl+Shift+Z", "Ctrl+Y"),
                why_not=self._nothing_to_redo,
                icon="redo",
                named=self.tr("Redo"),
            ),
        )

    def _undo_words(self, shown: Shown) -> str:
        return self.tr("Undo: {step}").format(step=shown.undo) if shown.undo else self.tr("Undo")

    def _redo_words(self, shown: Shown) -> str:
        return self.tr("Redo: {step}").format(step=shown.redo) if shown.redo else self.tr("Redo")

    def _nothing_to_undo(self, shown: Shown) -> str:
        return "" if shown.undo else self.tr("Nothing has been done yet that could be undone.")

    def _nothing_to_redo(self, shown: Shown) -> str:
        return "" if shown.redo else self.tr("Nothing was undone that could be done again.")
