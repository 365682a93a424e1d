"""What a step of an augmentation has drawn for one image, in numbers, for people to see."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from networks.data.augmentation.batch import Step
from networks.data.augmentation.geometry import filled
from networks.data.augmentation.mixing import own_shares, windows
from networks.data.augmentation.pixels import deviations, erased_parts, factors, turns

Numbers = tuple[float, ...]


def drawn(step: Step, draw: Tensor, height: int, width: int) -> Numbers:
    """What this draw, 1×DRAWS, makes the step do to an image of this size; empty where it is nothing to tell.

    Of a step that moves pixels it is the matrix and, where there is one, the rectangle in whole pixels: left
    and upper edge, width and height.
    """
    if step.kind == "geometry":
        place = step.function(draw, height, width, **step.options)
        numbers: Numbers = tuple(filled(place.matrix, 1, draw.device).flatten().tolist())
        if place.box is None:
            return numbers
        left, top, right, bottom = place.box[0].tolist()
        return (*numbers, left + (width - 1) / 2, top + (height - 1) / 2, right - left + 1, bottom - top + 1)
    told = _TOLD.get(step.function.__name__)
    return () if told is None else told(draw, height, width, step.options)


Told = Callable[[Tensor, int, int, dict[str, float]], Numbers]


def _factor(draw: Tensor, height: int, width: int, options: dict[str, float]) -> Numbers:
    return (factors(draw, **options).item(),)


def _turn(draw: Tensor, height: int, width: int, options: dict[str, float]) -> Numbers:
    return (turns(draw, **options).item(),)


def _deviation(draw: Tensor, height: int, width: int, options: dict[str, float]) -> Numbers:
    return (deviations(draw, options["sigma"]).item(),)


def _rectangle(draw: Tensor, height: int, width: int, options: dict[str, float]) -> Numbers:
    return tuple(each.item() for each in erased_parts(draw, height, width, options["largest"]))


def _share(draw: Tensor, height: int, width: int, options: dict[str, float]) -> Numbers:
    return (own_shares(draw, **options).item(),)


def _window(draw: Tensor, height: int, width: int, options: dict[str, float]) -> Numbers:
    left, top, right, bottom = (each.item() for each in windows(draw, height, width, **options))
    return left, top, right - left, bottom - top


_TOLD: dict[str, Told] = {
    "brightened": _factor,
    "contrasted": _factor,
    "saturated": _factor,
    "hue_turned": _turn,
    "blurred": _deviation,
    "erased": _rectangle,
    "mixed_up": _share,
    "cut_and_mixed": _window,
}
