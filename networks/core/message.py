"""Sentences for the user that can be translated: a template and the values to fill in."""

from __future__ import annotations

from typing import Union

import msgspec

Value = Union[str, int, float, "Message"]


class Message(msgspec.Struct, frozen=True, order=True):
    """A sentence kept apart from its values, so that the window can show it in the user's language.

    `str(message)` is the English sentence. Widgets translate `text` and fill in `values` themselves.
    """

    text: str
    values: tuple[tuple[str, Value], ...] = ()

    def __str__(self) -> str:
        return self.text.format(**{name: str(value) for name, value in self.values})


def message(text: str, /, **values: Value) -> Message:
    """A sentence with named placeholders, such as `message("{count} layers", count=3)`."""
    return Message(text, tuple(values.items()))


class UserError(Exception):
    """Something the user can fix: the sentence says what was expected, what was found, and what to try."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason
