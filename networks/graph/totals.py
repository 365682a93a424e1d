"""Whether sums over reports are those of a network, or of a part of one."""

from __future__ import annotations

from collections.abc import Iterable

from networks.graph.check import NodeReport, Report


def sums_known(reports: Iterable[NodeReport]) -> bool:
    """Whether the weights of all these nodes are known.

    Behind one that does not fit no shape is known, and so no weights; the sum of the rest is of no network.
    """
    return all(node.output is not None or node.layer.ends for node in reports)


def totals_known(report: Report) -> bool:
    """Whether the weights of every layer that takes part are known, and any layer does."""
    taking_part = [node for node in report.nodes.values() if node.contributing]
    return sums_known(taking_part) and (bool(taking_part) or not report.nodes)
