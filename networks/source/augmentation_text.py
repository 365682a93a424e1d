"""What a training script contains of the augmentation: its functions, the table of its steps, the call."""

from __future__ import annotations

from collections.abc import Iterator

from networks.recipes.augmentation import Steps, partners
from networks.recipes.steering import AUGMENTATION
from networks.source.identifiers import quoted
from networks.source.loop_text import loop_text
from networks.source.printing import literal, wrapped
from networks.source.steering_text import Repeated


def augmentation_functions(run: Repeated) -> Iterator[str]:
    """The functions that the steps need, and the tables of the steps with their parameters."""
    if not run.steps:
        return
    names = ["augment", *(["with_partners"] if _mixes(run) else []), *(step.function for step in run.steps)]
    yield from loop_text("data/augmentation", *names).values()
    yield "\n".join(line for name, steps in run.augmentations.items() for line in _table(name, steps))


def _table(name: str, steps: Steps) -> Iterator[str]:
    yield f"{name} = ("
    for step in steps:
        options = ", ".join(f"{quoted(name)}: {literal(value)}" for name, value in step.options().items())
        yield f"    Step({quoted(step.kind)}, {step.function}, {{{options}}}),"
    yield ")"


def scale_lines(run: Repeated) -> Iterator[str]:
    """The tensors that bring normalized images to 0 to 1 and back."""
    if run.steps:
        for name in ("mean", "deviation"):
            yield f"    channel_{name} = torch.tensor({name.upper()}, device=DEVICE).view(-1, 1, 1)"


def batches_lines(order: str, run: Repeated) -> Iterator[str]:
    """The indices of each batch from this order, and before them those of images that are only mixed in.

    Where the augmentation is changed on the way, only where each batch begins.
    """
    if run.varies(AUGMENTATION):
        yield f"order = {order}"
        yield "batches = range(0, len(order), BATCH_SIZE)"
    elif mixed_in := partners(run.steps):
        yield f"order = {order}"
        yield "starts = range(0, len(order), BATCH_SIZE)"
        yield "batches = ["
        yield f"    with_partners(order, start, start + BATCH_SIZE, partners={mixed_in}) for start in starts"
        yield "]"
    else:
        yield f"batches = {order}.split(BATCH_SIZE)"


def chosen_lines(run: Repeated) -> Iterator[str]:
    """The indices of a batch, where they are not known beforehand."""
    if not run.varies(AUGMENTATION):
        return
    if _mixes(run):
        yield '    mixed_in = sum(step.kind == "mixing" for step in augmentation)'
        yield "    chosen = with_partners(order, start, start + BATCH_SIZE, partners=mixed_in)"
    else:
        yield "    chosen = order[start : start + BATCH_SIZE]"


def augmented_lines(run: Repeated, done: int = 0) -> Iterator[str]:
    """The images of a batch and their targets, augmented; the first `done` steps are made while decoding.

    Where the augmentation is changed on the way, the script counts them itself if there are any.
    """
    varies = run.varies(AUGMENTATION)
    if not run.steps or (not varies and len(run.steps) == done):
        return
    indent, table = ("        ", "augmentation") if varies else ("    ", "AUGMENTATION")
    more = ", done" if varies and done else ", WHILE_DECODING" if done else ""
    if varies:
        yield "    if len(augmentation) > done:" if done else "    if augmentation:"
    yield f"{indent}# images from 0 to 1 are augmented, as they were before they were normalized"
    yield f"{indent}images = images * channel_deviation + channel_mean"
    arguments = f"images, labels, chosen, {table}, CLASSES, SEED, epoch{more}"
    yield from wrapped(indent, "images, labels = augment(", arguments.split(", "), ")")
    yield f"{indent}images = (images - channel_mean) / channel_deviation"


def _mixes(run: Repeated) -> bool:
    return bool(partners(run.steps))
