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
    singular: str = ""
    """What English says in place of `text` where `count` is 1; empty where the sentence counts nothing."""
    count: int = 0
    """By this, a translation chooses among its plural forms."""

    def __str__(self) -> str:
        return self.english.format(**{name: str(value) for name, value in self.values})

    @property
    def english(self) -> str:
        """The template in English, in the singular or in the plural."""
        return self.singular if self.singular and self.count == 1 else self.text


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
