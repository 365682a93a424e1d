"""Keys by their place: on a keyboard layout without Latin letters, the key left of X still means Z."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

_ROWS = {2: "1234567890-=", 16: "QWERTYUIOP[]", 30: "ASDFGHJKL;'`", 43: "\\ZXCVBNM,./"}
"""The characters of the US layout by the scan codes of a PC, from the first of each row."""
_OF_SCAN_CODE = {
    first + step: character for first, row in _ROWS.items() for step, character in enumerate(row)
}
_X11 = 8
"""X11 and Wayland count scan codes from here."""
_LAST_EUROPEAN = 0x24F
"""Up to here Unicode has the letters and signs of layouts that have all of A to Z."""
# Carbon's kVK_ANSI_ codes, which macOS has in place of scan codes (HIToolbox/Events.h)
_OF_MAC_CODE = dict(
    enumerate("ASDFHGZXCV\0BQWERYT123465=97-80]OU[IP\0LJ'K;\\,/NM.\0\0`"),
)


def latin_key(event: QKeyEvent, platform: str = "") -> Qt.Key | None:
    """The key of the US layout at this place, if the layout has a letter or digit of another script there.

    None for all other keys: é and ß are Latin letters, and their layouts have all others, too. `platform` is
    Qt's name for the window system; tests give another one.
    """
    key = event.key()
    if not _LAST_EUROPEAN < key <= 0x10FFFF or not _foreign(chr(key)):
        return None
    character = _character(event, platform or QGuiApplication.platformName())
    return Qt.Key(ord(character)) if character else None


def _foreign(character: str) -> bool:
    # vowel signs are keys of their own on Indian and Thai layouts
    kind = unicodedata.category(character)
    return (kind[0] in "LM" or kind == "Nd") and not unicodedata.name(character, "").startswith("LATIN")


def _character(event: QKeyEvent, platform: str) -> str:
    virtual = event.nativeVirtualKey()
    if platform == "cocoa":
        return _OF_MAC_CODE.get(virtual, "").strip("\0")
    if platform == "windows":
        # the layout says itself which Latin letter its key stands for; those of other signs differ
        letter = chr(virtual) if virtual < 0x80 else ""
        return (
            letter if letter.isupper() or letter.isdigit() else _OF_SCAN_CODE.get(event.nativeScanCode(), "")
        )
    return _OF_SCAN_CODE.get(event.nativeScanCode() - _X11, "")
