"""A network as a table for the terminal: output, weights and cost of each layer, and what does not fit."""

from __future__ import annotations

from networks.core.finding import Finding, blocking
from networks.core.shapes import show
from networks.doctor.findings import findings
from networks.graph.check import Report, check
from networks.project.project import Project

HEADINGS = ("Name", "Type", "Parameters", "Output", "Weights", "Multiply-adds")
NUMBERS = 2
"""How many of the last columns hold numbers, which are aligned to the right."""
UNKNOWN = "?"


def described(project: Project) -> tuple[str, bool]:
    """The table with its totals and all problems, and whether the project can be trained."""
    report = check(project.network, project.classes)
    sums = ("", "", "", "", f"{report.weights:,}", f"{report.multiply_adds:,}")
    head, *rows, total = _aligned([HEADINGS, *_rows(project, report), sums])
    rule = "─" * len(head)
    lines = [head, rule, *rows, rule, total]
    found = findings(project, report)
    return "\n".join([*lines, "", *_verdict(report, found)]), not blocking(found)


def _rows(project: Project, report: Report) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    order = project.network.order
    looped = (name for name in report.nodes if name not in set(order))
    for name in (*order, *looped):
        node = report.nodes[name]
        rows.append(
            (
                name if node.contributing else f"({name})",
                node.layer.name(),
                node.layer.summary(),
                UNKNOWN if node.output is None else show(node.output),
                UNKNOWN if node.output is None else f"{node.weights:,}",
                UNKNOWN if node.output is None else f"{node.multiply_adds:,}",
            )
        )
    return rows


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    first_number = len(HEADINGS) - NUMBERS
    return [
        "  ".join(
            cell.rjust(width) if column >= first_number else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _verdict(report: Report, found: tuple[Finding, ...]) -> list[str]:
    lines = []
    if not all(node.contributing for node in report.nodes.values()):
        lines.append("Layers in brackets do not lead to the Output and take no part in training.")
    for finding in found:
        word = "Problem" if finding.severity == "blocks" else "Advice"
        place = "" if finding.where is None else f" at {finding.where}"
        lines.append(f"{word}{place}: {finding.sentence}")
    return lines if blocking(found) else [*lines, "Everything fits."]
