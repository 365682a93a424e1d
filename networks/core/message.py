"""Sentences for the user that can be translated: a template and the values to fill in."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Union

import msgspec

Value = Union[str, int, float, "Message"]

LONGEST = 400
"""How many characters of a text from outside are shown in a sentence."""
LONGEST_LINE = 4_000
"""How many characters of a line are printed or logged."""
_ESCAPED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Message(msgspec.Struct, frozen=True, order=True):
    """A sentence kept apart from its values, so that the window can show it in the user's language.

    `str(message)` is the English sentence. Values may come from files and other programs, so they are filled
    in as `visible` shows them.
    """

    text: str
    values: tuple[tuple[str, Value], ...] = ()
    singular: str = ""
    """What English says in place of `text` where `count` is 1; empty where the sentence counts nothing."""
    count: int = 0
    """By this, a translation chooses among its plural forms."""

    def __str__(self) -> str:
        return self.filled(lambda message: message.english)

    def filled(self, template: Callable[[Message], str]) -> str:
        """The sentence with its values; `template` gives the words of a message, in some language."""
        shown = {
            name: value.filled(template) if isinstance(value, Message) else visible(str(value))
            for name, value in self.values
        }
        return template(self).format(**shown)

    @property
    def english(self) -> str:
        """The template in English, in the singular or in the plural."""
        return self.singular if self.singular and self.count == 1 else self.text


def visible(text: str, longest: int = LONGEST) -> str:
    """Text from outside as one line of at most `longest` characters before escaping, and an ellipsis.

    Characters that a terminal would obey, that break or reverse a line or cannot be seen are written as
    escapes: a file named ESC `[2J` shows as `\\x1b[2J`. Spaces of any width stay.
    """
    shown = "".join(map(_shown, text[:longest]))
    return shown if len(text) <= longest else shown + "…"


def visible_lines(text: str) -> str:
    """Text of several lines for a terminal or a log, each line as `visible` shows it."""
    return "\n".join(visible(line, LONGEST_LINE) for line in text.split("\n"))


def _shown(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    code = ord(character)
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return _ESCAPED.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def message(text: str, /, **values: Value) -> Message:
    """A sentence with named placeholders, such as `message("{count} layers", count=3)`."""
    return Message(text, tuple(values.items()))


def plural(singular: str, text: str, /, count: int, **values: Value) -> Message:
    """A sentence that counts something: `plural("{count} layer", "{count} layers", count=3)`.

    Both templates may name `count` and the other values.
    """
    return Message(text, (("count", count), *values.items()), singular, count)


class UserError(Exception):
    """Something the user can fix: the sentence says what was expected, what was found, and what to try."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason
