"""Whether the sum over some reports is complete."""

from __future__ import annotations

from collections.abc import Iterable

from networks.graph.check import NodeReport, Report


def sums_known(reports: Iterable[NodeReport]) -> bool:
    """Whether the weights of all these nodes are known.

    Behind a layer that does not fit, shapes and so weights are unknown, and a sum would leave them out.
    """
    return all(node.output is not None or node.layer.ends for node in reports)


def totals_known(report: Report) -> bool:
    """Whether the weights of all contributing layers are known, and there is such a layer."""
    taking_part = [node for node in report.nodes.values() if node.contributing]
    return sums_known(taking_part) and (bool(taking_part) or not report.nodes)
