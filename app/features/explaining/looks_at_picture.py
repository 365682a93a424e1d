"""Saves the room of heat maps as a picture, with its caption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.feature.desk import Desk
from networks.core.message import UserError, visible

if TYPE_CHECKING:
    from widgets.inside.heat.panel import HeatPanel


def save_picture(desk: Desk, panel: HeatPanel) -> None:
    """Asks for a file, and writes the map that is shown; says why where that cannot be done."""
    # imported late, like the panel itself
    from networks.insight.attribution.heat_maps import method_of
    from widgets.controls.new_file import new_file
    from widgets.inside.heat.saving import heat_picture

    if panel.found is None or panel.scene is None or panel.trust.refused:
        return
    kinds = ((_tr("Picture"), ".png"), (_tr("Drawing"), ".svg"))
    path = new_file(panel, _tr("Save the picture"), f"{panel.choice.method}.png", kinds)
    if path is None:
        return
    method, look = method_of(panel.choice.method).description, panel.knobs.look
    try:
        data = heat_picture(panel.found, method, panel.scene, look, panel.trust.outcome, path.suffix)
    except UserError as error:
        desk.files.dialogs.show_error(error.reason)
        return
    words = _tr("“{path}” holds the picture of what it looks at.")
    desk.writer.write(path, data, words.format(path=visible(path.name)))


def _tr(text: str) -> str:
    return QCoreApplication.translate("LooksAt", text)
