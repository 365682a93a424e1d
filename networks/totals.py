"""Whether the sums of a report are those of a network."""

from __future__ import annotations

from networks.check import Report


def totals_known(report: Report) -> bool:
    """Whether the weights of every layer that takes part are known, and any layer does.

    Behind one that does not fit no shape is known, and so no weights; the sum of the rest is of no network.
    """
    taking_part = [node for node in report.nodes.values() if node.contributing]
    known = all(node.output is not None or node.layer.ends for node in taking_part)
    return known and (bool(taking_part) or not report.nodes)
