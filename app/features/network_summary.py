"""What the status line says of the network."""

from __future__ import annotations

from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.panel import Piece, Spot
from app.feature.shown import Shown
from networks.graph.check import Report
from networks.graph.totals import totals_known
from widgets.controls.elided_label import ElidedLabel
from widgets.look.translation import short, thousands


class NetworkSummary(Feature):
    """`14 layers · 61 706 weights · 417 k multiply-adds per image`; sums only where they are known."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.label = ElidedLabel()

    def pieces(self) -> tuple[Piece, ...]:
        return (Piece(Spot.STATUS, self.label),)

    def show(self, old: Shown | None, new: Shown) -> None:
        if new.news(old, "network", "classes", "findings"):
            self.label.set_text(self._words(new.report))

    def _words(self, report: Report) -> str:
        layers, problems = len(report.nodes), len(report.findings)
        parts = [self.tr("1 layer") if layers == 1 else self.tr("{count} layers").format(count=layers)]
        if totals_known(report):
            parts.append(self.tr("{weights} weights").format(weights=thousands(report.weights)))
            multiply_adds = short(report.multiply_adds)
            parts.append(self.tr("{count} multiply-adds per image").format(count=multiply_adds))
        idle = sum(not node.contributing for node in report.nodes.values())
        if 0 < idle < layers:  # without an Output, none of them does
            words = self.tr("1 takes no part in training") if idle == 1 else self.tr("{count} take no part")
            parts.append(words.format(count=idle))
        if problems:
            words = self.tr("1 problem") if problems == 1 else self.tr("{count} problems")
            parts.append(words.format(count=problems))
        if advice := len(report.advice):
            words = self.tr("1 piece of advice") if advice == 1 else self.tr("{count} pieces of advice")
            parts.append(words.format(count=advice))
        return " · ".join(parts)
