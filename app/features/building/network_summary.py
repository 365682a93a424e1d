"""What the status line says of the network."""

from __future__ import annotations

from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.panel import Piece, Spot
from app.feature.shown import Shown
from networks.core.message import plural
from networks.graph.check import Report
from networks.graph.totals import totals_known
from widgets.controls.elided_label import ElidedLabel
from widgets.look.translation import layers_counted, said, short, weights_counted


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
        parts = [layers_counted(layers)]
        if totals_known(report):
            parts.append(weights_counted(report.weights))
            multiply_adds = short(report.multiply_adds)
            parts.append(self.tr("{count} multiply-adds per image").format(count=multiply_adds))
        idle = sum(not node.contributing for node in report.nodes.values())
        if 0 < idle < layers:  # without an Output, none of them does
            words = plural("{count} takes no part in training", "{count} take no part", count=idle)
            parts.append(said(words))
        if problems:
            parts.append(said(plural("{count} problem", "{count} problems", count=problems)))
        if advice := len(report.advice):
            words = plural("{count} piece of advice", "{count} pieces of advice", count=advice)
            parts.append(said(words))
        return " · ".join(parts)
