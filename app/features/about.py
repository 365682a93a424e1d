"""The pages of the help menu: keys and gestures, and what this program is."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from app.feature.commands import Command
from app.session.version import version
from networks.recipes.datasets import DATASETS


def about_text() -> str:
    """Name, version, purpose, licence and the sources of the images, as rich text."""
    translate = QCoreApplication.translate
    sources = "".join(
        f"<p>{html.escape(kind.title)}: {html.escape(kind.attribution)}</p>" for kind in DATASETS
    )
    purpose = translate(
        "About",
        "A playground for convolutional networks. Every number on screen was measured, or is not shown.",
    )
    licence = translate("About", "MIT licence. Version {version}.").format(version=html.escape(version()))
    return f"<h3>Backbone</h3><p>{html.escape(purpose)}</p><p>{licence}</p>{sources}"


def keys_page(parent: QWidget, commands: Sequence[Command]) -> QDialog:
    """A dialog with every key and every gesture of the mouse."""
    translate = QCoreApplication.translate
    rows = [
        (command.title.replace("&", "").rstrip("…"), ", ".join(map(_native, command.keys)))
        for command in commands
        if command.keys
    ]
    rows += [
        (translate("About", "Undo, redo"), f"{_native('Ctrl+Z')}, {_native('Ctrl+Shift+Z')}"),
        (
            translate("About", "Add the chosen layer type after the selection"),
            translate("About", "Return, double-click"),
        ),
        (translate("About", "Insert a layer"), translate("About", "drag it from the list onto a wire")),
        (translate("About", "Append a layer"), translate("About", "drag it below the last layer")),
        (
            translate("About", "Draw a wire"),
            translate("About", "drag from the port below one card to another card"),
        ),
        (translate("About", "Look inside a block, and back"), translate("About", "double-click")),
        (translate("About", "Commands for what is selected"), translate("About", "right button")),
        (translate("About", "Walk along the wires"), translate("About", "arrow keys")),
        (translate("About", "Select several"), translate("About", "drag over them, or Ctrl+click")),
        (translate("About", "Move the view"), translate("About", "Space or middle button and drag")),
        (translate("About", "Zoom"), translate("About", "wheel")),
        (
            translate("About", "Zoom into the curves, and back"),
            translate("About", "drag a box, double-click"),
        ),
    ]
    body = "".join(
        f"<tr><td style='padding:3px 24px 3px 0'>{html.escape(what)}</td>"
        f"<td style='padding:3px 0'><b>{html.escape(keys)}</b></td></tr>"
        for what, keys in rows
    )
    dialog = QDialog(parent)
    dialog.setObjectName("keys_page")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(translate("About", "Keyboard and mouse"))
    text = QTextBrowser()
    text.setHtml(f"<table>{body}</table>")
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.addWidget(text)
    column.addWidget(buttons)
    dialog.resize(560, 620)
    return dialog


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
