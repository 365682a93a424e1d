"""The page of all keys and gestures, made from what the features declare."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from app.feature.command import Command, Section
from app.feature.gesture import Gesture


def on_the_page(commands: Iterable[Command], gestures: Iterable[Gesture]) -> tuple[Gesture, ...]:
    """The rows of the page: what works everywhere, in the order of the menus, then the rest by place."""
    everywhere = _tr("Everywhere in the window")
    in_menus = list(Section)
    rows = [
        Gesture(everywhere if command.scope is None else command.scope.title, _words(command), command.keys)
        for command in sorted(commands, key=lambda command: in_menus.index(command.section))
        if command.keys
    ]
    rows += gestures
    places = list(dict.fromkeys(row.where for row in rows))
    places.sort(key=lambda place: place != everywhere)
    return tuple(row for place in places for row in rows if row.where == place)


def keys_page(parent: QWidget, rows: Sequence[Gesture]) -> QDialog:
    """A dialog with these keys and gestures, under a heading for each place."""
    dialog = QDialog(parent)
    dialog.setObjectName("keys_page")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(_tr("Keyboard and mouse"))
    text = QTextBrowser()
    text.setAccessibleName(_tr("Keyboard and mouse"))
    text.setHtml(f"<table>{''.join(_lines(rows))}</table>")
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.addWidget(text)
    column.addWidget(buttons)
    dialog.resize(560, 620)
    return dialog


def _lines(rows: Sequence[Gesture]) -> Iterable[str]:
    where = ""
    for row in rows:
        if row.where != where:
            where = row.where
            yield f"<tr><td colspan='2' style='padding:12px 0 3px 0'><b>{html.escape(where)}</b></td></tr>"
        yield (
            f"<tr><td style='padding:3px 24px 3px 0'>{html.escape(row.what)}</td>"
            f"<td style='padding:3px 0'><b>{html.escape(row.how())}</b></td></tr>"
        )


def _words(command: Command) -> str:
    if not isinstance(command.title, str):
        return command.named
    return (command.named or command.title).replace("&", "").rstrip("…")


def _tr(text: str) -> str:
    return QCoreApplication.translate("KeysPage", text)
