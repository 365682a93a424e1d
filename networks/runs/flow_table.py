"""The gradient at each layer of several runs as a table, in CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from networks.runs.record import Record

COLUMNS = ("run", "epoch", "steps", "place", "layer", "counts in depth", "gradient norm", "weight norm")


def flow_csv(records: Iterable[Record]) -> str:
    """All that was measured of these runs: a row for each layer in each epoch."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for record in records:
        for flow in record.flows:
            for place, layer in enumerate(flow.layers, 1):
                norms = layer.pull.gradient, layer.pull.weight
                table.writerow(
                    (record.title, flow.epoch, flow.steps, place, layer.name, int(layer.deep), *norms)
                )
    return text.getvalue()
