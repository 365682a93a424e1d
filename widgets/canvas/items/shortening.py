"""Shortens words that have too little room, so that what is left is still true."""

from __future__ import annotations

from PySide6.QtGui import QFontMetricsF

_JOINTS = ("·", "+", "→", "×")


def shortened(text: str, metrics: QFontMetricsF, room: float) -> str:
    """The text, or its first words and three dots; nothing if there is no room for even one word.

    A number is never cut: `24 · 3×3` is `24 …` and never `2…`, which is another number.
    """
    if metrics.horizontalAdvance(text) <= room:
        return text
    words = text.split(" ")
    while len(words) > 1:
        words.pop()
        while words and words[-1] in _JOINTS:
            words.pop()
        short = " ".join([*words, "…"])
        if words and metrics.horizontalAdvance(short) <= room:
            return short
    return ""
