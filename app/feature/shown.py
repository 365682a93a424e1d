"""What all features are shown: one value, made anew whenever something in it changes."""

from __future__ import annotations

from typing import Literal

import msgspec

from networks.core.message import Message
from networks.graph.check import Report
from networks.graph.network import Network
from networks.graph.presentation import Folding
from networks.project.project import Project
from networks.recipes.recipe import Recipe

Field = Literal[
    "project",
    "report",
    "obstacle",
    "folding",
    "selection",
    "devices",
    "undo",
    "redo",
    "network",
    "recipe",
    "classes",
]


class Shown(msgspec.Struct, frozen=True, eq=False):
    """The state of the window. Whoever holds one may compare it with the next; nothing in it is edited."""

    project: Project
    report: Report
    """Of the project's network."""
    obstacle: Message | None
    """Why the project cannot be trained, or None where it can."""
    folding: Folding
    """The network as the canvas shows it."""
    selection: tuple[str, ...] = ()
    """Names of the cards and frames that are selected on the canvas."""
    devices: tuple[str, ...] | None = None
    """The devices that torch finds, or None as long as torch is not loaded."""
    undo: str = ""
    """The step that Undo would take back; empty where there is none."""
    redo: str = ""

    @property
    def network(self) -> Network:
        """The project's network."""
        return self.project.network

    @property
    def recipe(self) -> Recipe:
        """The project's recipe."""
        return self.project.recipe

    @property
    def classes(self) -> int:
        """The number of classes of the project's data."""
        return self.project.classes

    @property
    def selected_nodes(self) -> tuple[str, ...]:
        """Names of the layers that are selected, those inside selected cards and frames included."""
        return self.folding.nodes(self.selection)

    def news(self, old: Shown | None, *fields: Field) -> bool:
        """Whether one of these fields differs from the old one's, or there is no old one."""
        return old is None or any(_differ(getattr(old, field), getattr(self, field)) for field in fields)


def _differ(old: object, new: object) -> bool:
    return old is not new and old != new
