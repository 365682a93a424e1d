"""Saves the room of numbers as a picture, with its caption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.feature.desk import Desk
from networks.core.message import UserError, visible

if TYPE_CHECKING:
    from widgets.inside.explanation.panel import ExplanationPanel


def save_picture(desk: Desk, panel: ExplanationPanel) -> None:
    """Asks for a file, and writes what is shown; says why where that cannot be done."""
    # imported late, like the panel itself
    from widgets.controls.new_file import new_file
    from widgets.inside.explanation.saving import explanation_picture

    if panel.page is None:
        return
    kinds = ((_tr("Picture"), ".png"), (_tr("Drawing"), ".svg"))
    path = new_file(panel, _tr("Save the picture"), f"{panel.page.place.layer}.png", kinds)
    if path is None:
        return
    try:
        data = explanation_picture(panel.page, panel.about, panel.arithmetic, path.suffix)
    except UserError as error:
        desk.files.dialogs.show_error(error.reason)
        return
    desk.writer.write(path, data, _tr("“{path}” holds the picture.").format(path=visible(path.name)))


def network_name(desk: Desk) -> str:
    """What a caption calls the network."""
    path = desk.document.path
    return _tr("Untitled") if path is None else visible(path.stem)


def _tr(text: str) -> str:
    return QCoreApplication.translate("WhereFrom", text)
