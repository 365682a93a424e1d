"""What the parts of the window have in sight, and which views of the network are wanted for that."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import msgspec

from networks.layers.ends import Output
from networks.project.project import Project
from networks.xray.closeup import Focus
from networks.xray.silenced import Silenced
from widgets.canvas.items.inside import SHOWN
from widgets.inside.probe.options import Options

if TYPE_CHECKING:
    from networks.insight.xrays import Wanted


class Sight(msgspec.Struct, frozen=True):
    """What one part of the window shows, and so wants to be looked at."""

    names: frozenset[str] = frozenset()
    """The layers of which small views are shown."""
    focus: Focus | None = None
    """The layer that is shown from near."""
    spread: str = ""
    """The layer of which it is shown how what comes in is spread. Alone, this does not keep the probe on."""


def focus_of(sights: Collection[Sight]) -> Focus | None:
    """The layer that is looked at from near, if any."""
    return next((sight.focus for sight in sights if sight.focus is not None), None)


def wanted_of(sights: Collection[Sight], project: Project, options: Options, off: Silenced) -> Wanted:
    """The views that are wanted for all these sights together; torch must be loaded."""
    from networks.insight.xrays import Wanted

    names = {node.name for node in project.network.of_type(Output)}
    for sight in sights:
        names |= sight.names
    if options.range == "network":
        # one range for all needs to know all
        names |= {node.name for node in project.network.nodes}
    return Wanted(
        frozenset(names),
        SHOWN,
        order=options.order,
        mode=options.mode,
        focus=focus_of(sights),
        off=off.within(project.network),
        spread=next((each.spread for each in sights if each.spread), ""),
    )


def differ_in_sight_alone(one: Wanted, other: Wanted) -> bool:
    """Whether the same is wanted in the same way, be it of other layers."""
    return msgspec.structs.replace(one, names=other.names) == other
