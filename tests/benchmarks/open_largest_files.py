"""Opening the largest project files that are allowed, and refusing larger ones, in the whole window.

    QT_QPA_PLATFORM=offscreen python -m tests.benchmarks.open_largest_files

Prints milliseconds from the file to the painted canvas, then to all folds open and to all closed. The files
are such as a stranger may send: nothing in them may take longer than so many layers take anyway.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))
os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp()
os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"]

from PySide6.QtWidgets import QApplication

from app.session.file_dialogs import FileDialogs
from networks.blocks.convolution import ConvBNReLU
from networks.blocks.residual import Residual
from networks.core.message import Message
from networks.graph.folds import nodes_of
from networks.graph.network import MOST_NESTED, Fold, Node
from networks.layers.ends import Input
from networks.layers.rectifiers import ReLU
from networks.project.project import MOST_FOLDS, MOST_LAYERS
from tests.app.window.opened import OpenedWindow

FOLDER = Path(os.environ["XDG_DATA_HOME"])
Content = tuple[list[Node], list[Fold]]
COUNT = MOST_LAYERS - 1
"""Layers besides the Input."""


def in_a_row(count: int, fold: Callable[[int], str] = lambda number: "") -> list[Node]:
    nodes = [Node("input", Input())]
    for number in range(count):
        nodes.append(Node(f"n{number}", ReLU(), (nodes[-1].name,), fold(number)))
    return nodes


def side_by_side(count: int, each: int) -> Content:
    return in_a_row(count * each, lambda number: f"f{number // each}"), [Fold(f"f{n}") for n in range(count)]


def in_each_other(count: int, layers: int) -> Content:
    folds = [Fold(f"f{n}", None, f"f{n - 1}" if n else "") for n in range(count)]
    return in_a_row(layers, lambda number: f"f{count - 1}"), folds


def blocks(*made: ConvBNReLU | Residual) -> Content:
    """Each as it is where nothing is known of what comes in, so that residual ones lack their projections."""
    nodes: list[Node] = [Node("input", Input(3))]
    for number, block in enumerate(made):
        nodes += nodes_of(block, None, f"f{number}", nodes[-1].name)
    return nodes, [Fold(f"f{number}", block) for number, block in enumerate(made)]


def loose(content: Content) -> Content:
    return [Node(node.name, node.layer, (), node.fold) for node in content[0]], content[1]


def on_a_loop(content: Content) -> Content:
    start, first, *nodes = content[0]
    return [start, Node(first.name, first.layer, (nodes[-1].name,), first.fold), *nodes], content[1]


def cases() -> Iterator[tuple[str, Content]]:
    most = MOST_FOLDS
    yield "no folds", (in_a_row(COUNT), [])
    yield f"{most} groups side by side", side_by_side(most - 1, 2)
    yield f"{most} groups, loose", loose(side_by_side(most, 1))
    yield f"{most} groups on a loop", on_a_loop(side_by_side(most, 1))
    yield f"{MOST_NESTED} groups in each other", in_each_other(MOST_NESTED, COUNT)
    yield "a row of equal blocks", blocks(*[ConvBNReLU(4)] * (COUNT // 3))
    yield "a row of blocks on a loop", on_a_loop(blocks(*[ConvBNReLU(4)] * (COUNT // 3)))
    yield "blocks without projections", blocks(*(Residual(4 + n % 2) for n in range(COUNT // 7)))
    yield "10,000 groups side by side", side_by_side(10_000, 1)
    yield "10,000 groups in each other", in_each_other(10_000, 1)


def milliseconds(do: Callable[[], object], app: QApplication, window: OpenedWindow) -> float:
    start = time.perf_counter()
    do()
    window.canvas.viewport().repaint()
    spent = (time.perf_counter() - start) * 1000
    app.processEvents()
    return spent


def main() -> None:
    app = QApplication([])
    refusals: list[Message] = []
    FileDialogs.show_error = lambda self, reason: refusals.append(reason)  # type: ignore[method-assign]
    window = OpenedWindow(everything=True)
    window.resize(1480, 920)
    window.show()
    app.processEvents()
    canvas = window.canvas
    path = FOLDER / "large.json"
    for name, (nodes, folds) in cases():
        network = {"nodes": nodes, "folds": folds}
        file = {"format": 3, "program": "Backbone", "network": network, "recipe": {}}
        path.write_bytes(msgspec.json.encode(file))
        spans = [milliseconds(lambda: window.open_path(path), app, window)]
        if not refusals:
            spans += [milliseconds(do, app, window) for do in (canvas.open_all, canvas.close_all)]
        shown = "   ".join(f"{span:6.0f}" for span in spans)
        print(f"  {name:30} {len(nodes):6} layers {len(folds):6} folds   {shown} ms", *refusals, flush=True)
        refusals.clear()
    window.close()


if __name__ == "__main__":
    main()
