"""What everybody who shows the inside of the network needs to know of the probe, and of whose weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.probing.sources import Source
from networks.project.project import Project
from networks.xray.view import Mode, XRay

if TYPE_CHECKING:
    from networks.insight.looker import Looker
    from networks.insight.pictures import Pictures


class Probed(msgspec.Struct, frozen=True, eq=False):
    """The probe as it is looked at now; replaced whenever the picture, the weights or the views change.

    `looker` looks into the network with the weights of `source`; None while a run goes on, whose network
    only the thread that trains may touch. `title` names the probe, `weights` says in words of when they are.
    """

    project: Project
    source: Source
    pictures: Pictures
    mode: Mode
    looker: Looker | None
    xray: XRay
    title: str
    weights: str
