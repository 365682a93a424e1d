"""Puts together what Inside shows of a layer, with its weights at the start, which are looked for once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from app.background.newest import Newest
from app.feature.desk import Desk
from app.features.inside.layer_sources import shapes_of, source_shape, takes_colors
from app.features.inside.source import InsideSource
from app.features.inside.work import Start, start_of
from app.probing.budget import no_room
from networks.core.message import Message, visible
from networks.xray.closeup import Closeup
from networks.xray.silenced import can_be_bypassed
from widgets.look.translation import declared, said

if TYPE_CHECKING:
    from widgets.inside.near.near import Near

HOLDER = "weights of the start"
"""Under this name they are held for as long as it takes to look at a layer of them."""
_KEPT = 32
"""Layers of which it is kept how their weights were spread at the start."""


class InsideNear(QObject):
    """Makes a `Near` of what was seen of a layer."""

    start_known = Signal()
    """How the weights were spread at the start is known now: `near` tells more than before."""

    def __init__(self, desk: Desk, looked_at: InsideSource, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._looked_at = desk, looked_at
        self._starts: dict[tuple[Any, ...], Start] = {}
        self._starting = Newest(self)

    def near(self, closeup: Closeup) -> Near:
        """All that is shown of a layer. Only while something is seen."""
        from widgets.inside.near.near import Near

        probing, shown = self._desk.probing, self._desk.shown
        options, seen = probing.options, probing.seen
        assert seen is not None
        xray, name = seen.xray, closeup.name
        node, report = shown.network[name], shown.report.nodes[name]
        start = self._start()
        measured = seen.measured
        near = Near(
            node.layer,
            declared(type(node.layer).name()),
            f"{visible(name, 60)} · {shapes_of(report)}",
            closeup,
            options.scale,
            options.range,
            max(xray.bound, closeup.bound),
            tuple(visible(each, 60) for each in shown.recipe.data.dataset.classes),
            xray.answer,
            xray.intact,
            xray.label,
            xray.off,
            can_be_bypassed(tuple(report.inputs), report.output),
            measured.weighed if measured is not None else None,
            start.spread if start is not None else None,
            said(start.reason) if start is not None and start.reason is not None else "",
            source_shape(shown.network, shown.report, name),
            takes_colors(shown.network, name),
        )
        probed = self._desk.probed
        probe = "" if probed is None else f"{probed.title} · {probed.weights}"
        units = None if measured is None else measured.units.get(name)
        return replace(near, probe=probe, caption=self._caption(near), units=units)

    def close(self) -> None:
        """Waits for what is being worked on."""
        self._starting.skip()
        self._starting.finish()

    def _caption(self, near: Near) -> str:
        probed = self._desk.probed
        ranges = {
            "map": self.tr("each map with its own colour range"),
            "layer": self.tr("one colour range for the layer"),
            "network": self.tr("one colour range for the whole network"),
        }
        parts = [
            self._desk.files.title(),
            f"{near.title}, {near.details}",
            self.tr("weights: {words}").format(words=probed.weights) if probed is not None else "",
            probed.title if probed is not None else "",
            ranges[near.range],
        ]
        if near.off:
            parts.append(self.tr("with something switched off"))
        return ". ".join(part for part in parts if part)

    def _start(self) -> Start | None:
        """How the weights were spread at the start; looked for where that is not known yet."""
        project, name = self._desk.shown.project, self._looked_at.name
        source = self._looked_at.source
        if source.run is None and source.kept is None:
            return None
        run, *_, kept = source.key
        key = (run, kept, name)
        if key not in self._starts:
            budget, needed = self._desk.probing.budget, 4 * self._desk.shown.report.weights
            if not budget.ask(HOLDER, needed):
                return Start(None, no_room(needed, budget.most))
            work = partial(start_of, project, source, name)
            self._starting.run(work, partial(self._take_start, key), self._miss_start)
            return None
        return self._starts[key]

    def _miss_start(self, reason: Message) -> None:
        self._desk.probing.budget.free(HOLDER)
        self._desk.say(reason)

    def _take_start(self, key: tuple[Any, ...], start: Start) -> None:
        self._desk.probing.budget.free(HOLDER)
        if len(self._starts) > _KEPT:
            self._starts.clear()
        self._starts[key] = start
        self.start_known.emit()
