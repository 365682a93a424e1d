"""What all features are shown: one immutable value, replaced whenever something in it changes."""

from __future__ import annotations

from typing import Literal

import msgspec

from networks.core.finding import Finding
from networks.graph.check import Report
from networks.graph.network import Network
from networks.graph.presentation import Folding
from networks.project.project import Project
from networks.recipes.recipe import Recipe
from networks.recipes.steering import Running
from networks.runs.record import Record

Field = Literal[
    "project",
    "report",
    "findings",
    "folding",
    "selection",
    "devices",
    "records",
    "running",
    "undo",
    "redo",
    "network",
    "recipe",
    "classes",
]


class Shown(msgspec.Struct, frozen=True, eq=False):
    """The state of the window. Features compare the new one with the old to see what has changed."""

    project: Project
    report: Report
    """Of the project's network."""
    findings: tuple[Finding, ...]
    """What stands in the way of training the project, and then what is unwise."""
    folding: Folding
    """The network as the canvas shows it."""
    selection: tuple[str, ...] = ()
    """Names of the selected cards and frames on the canvas."""
    devices: tuple[str, ...] | None = None
    """The devices that torch finds, or None as long as torch is not loaded."""
    records: tuple[Record, ...] = ()
    """All that runs have told, the oldest run first. Records grow: `Desk.recorded` says when."""
    running: Running | None = None
    """The run that goes on; None where none does."""
    undo: str = ""
    """The step that Undo would undo; empty if there is none."""
    redo: str = ""
    """The step that Redo would redo; empty if there is none."""

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
        """Names of the selected layers, including those inside selected cards and frames."""
        return self.folding.nodes(self.selection)

    @property
    def selected_leaves(self) -> tuple[str, ...]:
        """Names of the layers that are selected as cards of their own."""
        return tuple(leaf for leaf in map(self.folding.leaf, self.selection) if leaf)

    def news(self, old: Shown | None, *fields: Field) -> bool:
        """Whether any of these fields differs from the old state's, or there is no old state."""
        return old is None or any(_differ(getattr(old, field), getattr(self, field)) for field in fields)


def _differ(old: object, new: object) -> bool:
    return old is not new and old != new
