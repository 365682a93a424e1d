"""Plain text for places where Qt guesses: hover help that looks like HTML is rendered as HTML."""

from __future__ import annotations

from html import escape


def plain_hint(text: str) -> str:
    """Hover help that shows exactly this text, also where a name in it looks like HTML."""
    return f"<p>{escape(text)}</p>" if "<" in text else text
