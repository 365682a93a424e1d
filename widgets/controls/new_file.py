"""Asks for the file to write to: its ending says what is in it, and nothing is overwritten unasked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from networks.core.message import Message, message
from widgets.look.translation import said


def new_file(parent: QWidget, title: str, name: str, kinds: Sequence[tuple[str, str]]) -> Path | None:
    """The file that the user chooses; `name` is offered, and `kinds` are words and endings, as (PNG, .png).

    A name without an ending gets that of the chosen kind. Where it has another ending, or where a file of the
    name that it gets is there already, a dialog says so and nothing is to be written: None.
    """
    filters = {f"{words} (*{ending})": ending for words, ending in kinds}
    chosen, kind = QFileDialog.getSaveFileName(parent, title, name, ";;".join(filters))
    if not chosen:
        return None
    path = Path(chosen)
    endings = [ending for _, ending in kinds]
    if not path.suffix:
        path = path.with_name(path.name + filters.get(kind, Path(name).suffix or endings[0]))
        if os.path.exists(path):
            # the dialog asked about the name without the ending
            reason = message(
                "“{name}” is there already: choose another name, or type its ending as well.", name=path.name
            )
            refuse(parent, title, reason)
            return None
    if path.suffix.lower() not in endings:
        refuse(
            parent,
            title,
            message(
                "Expected a name that ends in {endings}, got “{name}”.",
                endings=", ".join(endings),
                name=path.name,
            ),
        )
        return None
    return path


def refuse(parent: QWidget, title: str, reason: Message) -> None:
    """Says in a dialog why nothing is written."""
    box = QMessageBox(QMessageBox.Icon.Warning, title, "", parent=parent)
    # names may come from strangers: plain text only
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(said(reason))
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
