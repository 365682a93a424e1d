"""The loss in a training script: torch's module, or one of our functions and what it uses."""

from __future__ import annotations

from collections.abc import Iterator

from networks.recipes.losses import Loss
from networks.source.loop_text import loop_text
from networks.source.printing import literal, wrapped

_WEIGHT = "weight=torch.tensor(class_weights(y[training], CLASSES)).to(DEVICE)"


def loss_imports(loss: Loss, weighted: bool) -> Iterator[str]:
    """What a script imports for its loss."""
    if loss.own and (weighted or loss.call().kwargs):
        yield "from functools import partial"


def loss_functions(loss: Loss) -> Iterator[str]:
    """The text of the functions, where torch has no module for this loss."""
    if loss.own:
        yield from loop_text("training/printed/loss_functions.py", loss.call().target).values()


def loss_line(name: str, loss: Loss, weighted: bool = False) -> Iterator[str]:
    """The line that makes the loss; `weighted` by a weight for each class of the training images."""
    call = loss.call()
    arguments = [_WEIGHT] if weighted else []
    arguments += [f"{key}={literal(value)}" for key, value in call.kwargs]
    if not loss.own:
        yield from wrapped("    ", f"{name} = {call.target}(", arguments, ")")
    elif arguments:
        yield from wrapped("    ", f"{name} = partial(", [call.target, *arguments], ")")
    else:
        yield f"    {name} = {call.target}"
