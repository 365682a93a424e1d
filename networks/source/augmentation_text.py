"""What a training script contains of the augmentation: its functions, the table of its steps, the call."""

from __future__ import annotations

from collections.abc import Iterator

from networks.recipes.augmentation import Steps, partners
from networks.source.identifiers import quoted
from networks.source.loop_text import loop_text
from networks.source.printing import literal


def augmentation_functions(steps: Steps) -> Iterator[str]:
    """The functions that the steps need, and the table of the steps with their parameters."""
    if not steps:
        return
    mixing = ["with_partners"] if partners(steps) else []
    yield from loop_text("data/augmentation", "augment", *mixing, *(step.function for step in steps)).values()
    lines = ["AUGMENTATION = ("]
    for step in steps:
        options = ", ".join(f"{quoted(name)}: {literal(value)}" for name, value in step.options().items())
        lines.append(f"    Step({quoted(step.kind)}, {step.function}, {{{options}}}),")
    yield "\n".join([*lines, ")"])


def scale_lines(steps: Steps) -> Iterator[str]:
    """The tensors that bring normalized images to 0 to 1 and back."""
    if steps:
        for name in ("mean", "deviation"):
            yield f"    channel_{name} = torch.tensor({name.upper()}, device=DEVICE).view(-1, 1, 1)"


def batches_lines(order: str, steps: Steps) -> Iterator[str]:
    """The indices of each batch from this order, and before them those of images that are only mixed in."""
    if mixed_in := partners(steps):
        yield f"order = {order}"
        yield "starts = range(0, len(order), BATCH_SIZE)"
        yield "batches = ["
        yield f"    with_partners(order, start, start + BATCH_SIZE, partners={mixed_in}) for start in starts"
        yield "]"
    else:
        yield f"batches = {order}.split(BATCH_SIZE)"


def augmented_lines(steps: Steps) -> Iterator[str]:
    """The images of a batch and their targets, augmented."""
    if steps:
        yield "    # images from 0 to 1 are augmented, as they were before they were normalized"
        yield "    images = images * channel_deviation + channel_mean"
        yield "    images, labels = augment(images, labels, chosen, AUGMENTATION, CLASSES, SEED, epoch)"
        yield "    images = (images - channel_mean) / channel_deviation"
