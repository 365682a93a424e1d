"""The points of a map of the data as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from networks.xray.data_map import DataMap


def map_csv(found: DataMap, names: Sequence[str]) -> str:
    """A row for each picture: its index in the data set, where it lies, its class, the answer, how sure."""
    own = found.outputs
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("image", "x", "y", "class", "answer", "sureness"))
    for at in range(len(own)):
        x, y = found.positions[at].tolist()
        label, answer = int(own.labels[at]), int(own.answers[at])
        writer.writerow((int(own.rows[at]), x, y, names[label], names[answer], float(own.sureness[at])))
    return text.getvalue()
