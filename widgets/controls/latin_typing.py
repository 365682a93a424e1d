"""What a field's words would be on a Latin keyboard: names of layers are looked for on Greek ones, too."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from widgets.controls.latin_keys import latin_key


class LatinTyping(QObject):
    """Learns from the keys that are pressed in a field which Latin letter lies on the key of each letter."""

    def __init__(self, field: QLineEdit) -> None:
        super().__init__(field)
        self._latin: dict[str, str] = {}
        field.installEventFilter(self)

    def by_place(self, words: str) -> str:
        """The words with the Latin letters at the same places: `add` for `αδδ` and `фвв`."""
        return "".join(self._latin.get(letter.lower(), letter) for letter in words)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.text():
            latin = latin_key(event)
            if latin is not None:
                self._latin[event.text().lower()] = chr(latin).lower()
        return False
