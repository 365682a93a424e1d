"""What training scripts say about the best epoch and an early end, where the recipe asks for them."""

from __future__ import annotations

from collections.abc import Iterator

from networks.recipes.stopping import Stopping
from networks.source.identifiers import quoted
from networks.source.loop_text import loop_text
from networks.source.printing import literal


def stopping_constants(stopping: Stopping) -> Iterator[str]:
    """The constants at the top of the script."""
    if stopping.patience:
        yield f"PATIENCE = {stopping.patience}  # epochs without a better one, after which training ends"
    if stopping.target:
        yield f"TARGET = {literal(stopping.target)}  # training ends as soon as an epoch is as good as this"


def stopping_functions(stopping: Stopping) -> Iterator[str]:
    """The functions of a run that decide which epoch is the best, and whether training ends."""
    functions = loop_text("runs/stopping.py")
    if _follows_best(stopping):
        yield functions["is_better"]
    if stopping.early:
        yield functions["is_over"]


def stopping_start(stopping: Stopping) -> Iterator[str]:
    """What `main` knows of the best epoch before the first one."""
    if _follows_best(stopping):
        yield "    best: float | None = None"
        yield "    best_epoch = 0"
    if stopping.keep == "best":
        yield "    kept = model.state_dict()"


def stopping_after_epoch(stopping: Stopping) -> Iterator[str]:
    """What follows each epoch: is it the best so far, and does training end here?"""
    if not _follows_best(stopping):
        return
    yield f"judged = rows[-1][{quoted(stopping.measure)}]"
    yield f"if is_better(judged, best, falls={stopping.falls}):"
    yield "    best, best_epoch = judged, epoch"
    if stopping.keep == "best":
        yield "    kept = {name: each.clone() for name, each in model.state_dict().items()}"
    if stopping.early:
        patience = "PATIENCE" if stopping.patience else "0"
        target = "TARGET" if stopping.target else "0.0"
        yield f"if is_over(judged, {stopping.falls}, epoch - best_epoch, {patience}, {target}):"
        yield '    print(f"ended early; number {best_epoch} was the best")'
        yield "    break"


def _follows_best(stopping: Stopping) -> bool:
    """Whether the script needs to know which epoch is the best."""
    return stopping.early or stopping.keep == "best"
