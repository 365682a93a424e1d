"""What the window offers where the title of a field is clicked, such as to try several values of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec
from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu, QWidget


class Offer(NamedTuple):
    """An entry of the menu of a field's title."""

    words: str
    do: Callable[[], object]


Values = tuple[msgspec.Struct, ...]
Offers = Callable[[Values, str], tuple[Offer, ...]]
"""Gives what is offered for the field of this name of the values that a form shows."""


class FieldOffers(QObject):
    """A child of the window: the forms in it find it there, and need not know who makes an offer."""

    def __init__(self, window: QWidget, offers: Offers) -> None:
        super().__init__(window)
        self.of = offers


def offers_of(form: QWidget, values: Values, name: str) -> tuple[Offer, ...]:
    """All that the form's window offers for a field."""
    found = form.window().findChildren(FieldOffers)
    return tuple(offer for each in found for offer in each.of(values, name))


def open_menu(title: QWidget, offers: tuple[Offer, ...], place: QPoint) -> QMenu | None:
    """Opens the menu of a field's title at this place of the screen; None where there is nothing to offer."""
    if not offers:
        return None
    menu = QMenu(title)
    for offer in offers:
        action = menu.addAction(offer.words)
        action.triggered.connect(lambda _=False, do=offer.do: do())
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(place)
    return menu
