"""What the status line says of a network."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from networks.graph.check import Report
from networks.graph.totals import totals_known
from widgets.look.translation import short, thousands


def network_summary(report: Report) -> str:
    """`14 layers · 61 706 weights · 417 k multiply-adds per image`; sums only where they are known."""
    layers, problems = len(report.nodes), len(report.obstacles)
    parts = [_tr("1 layer") if layers == 1 else _tr("{count} layers").format(count=layers)]
    if totals_known(report):
        parts.append(_tr("{weights} weights").format(weights=thousands(report.weights)))
        parts.append(_tr("{count} multiply-adds per image").format(count=short(report.multiply_adds)))
    if problems:
        parts.append(_tr("1 problem") if problems == 1 else _tr("{count} problems").format(count=problems))
    return " · ".join(parts)


def _tr(text: str) -> str:
    return QCoreApplication.translate("NetworkSummary", text)
