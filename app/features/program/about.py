"""What this program is: version, licence, and where its images come from."""

from __future__ import annotations

import html

from PySide6.QtWidgets import QMessageBox

from app.feature.command import Command, MenuEntry, Section
from app.feature.feature import Feature
from app.session.version import version
from networks.recipes.datasets import DATASETS


class About(Feature):
    """The last entry of the menu Help."""

    def commands(self) -> tuple[MenuEntry, ...]:
        return (Command("about", Section.HELP, self.tr("&About Backbone"), self.open),)

    def open(self) -> None:
        """Shows it in a dialog."""
        QMessageBox.about(self.desk.window, self.tr("About Backbone"), self.text())

    def text(self) -> str:
        """Name, purpose, licence, version and the sources of the images, as rich text."""
        sources = "".join(
            f"<p>{html.escape(kind.title)}: {html.escape(kind.attribution)}</p>" for kind in DATASETS
        )
        purpose = self.tr(
            "A playground for convolutional networks. Every number on screen was measured, or is not shown."
        )
        licence = self.tr("MIT licence. Version {version}.").format(version=html.escape(version()))
        return f"<h3>Backbone</h3><p>{html.escape(purpose)}</p><p>{licence}</p>{sources}"
