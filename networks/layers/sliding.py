"""What layers with a sliding filter or window share: shapes, and how sizes are written."""

from __future__ import annotations

from math import gcd

from networks.core.fields import Pair, PairFromZero
from networks.core.message import Message, message, plural
from networks.core.shapes import Shape, ShapeError, as_message, checked, image, window


def slid(x: Shape, channels: int, kernel: Pair, stride: Pair, padding: PairFromZero, dilation: Pair) -> Shape:
    """Shape after a filter has slid over `x`. Raises ShapeError where the filter is larger than the image."""
    _, height, width = image(x)
    sizes = tuple(
        window(size, k, s, p, d)
        for size, k, s, p, d in zip((height, width), kernel, stride, padding, dilation, strict=True)
    )
    if min(sizes) < 1:
        reach = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
        raise ShapeError(
            message(
                "an image of at least {height}×{width} pixels with its padding",
                height=reach[0],
                width=reach[1],
            ),
            with_padding(x, padding),
            message("choose a smaller kernel or more padding, or pool less before it"),
        )
    return checked((channels, *sizes))


def with_padding(x: Shape, padding: PairFromZero) -> Message:
    """The size of an image, counted as the filter meets it: `30×30 (28×28 and a padding of 1)`."""
    if not any(padding):
        return as_message(x[1:])
    _, height, width = x
    size, whole = (height, width), (height + 2 * padding[0], width + 2 * padding[1])
    border = by(padding) if padding[0] != padding[1] else str(padding[0])
    return message(
        "{whole} ({size} and a padding of {border})", whole=by(whole), size=by(size), border=border
    )


def grouped(channels: int, filters: int, groups: int) -> None:
    """Raises ShapeError where the groups do not divide both channels and filters."""
    if channels % groups or filters % groups:
        raise ShapeError(
            message("channels and filters that {groups} groups divide evenly", groups=groups),
            message(
                "{channels} and {filters}",
                channels=plural("{count} channel", "{count} channels", count=channels),
                filters=plural("{count} filter", "{count} filters", count=filters),
            ),
            message(
                "choose groups that divide both, such as {groups}", groups=gcd(channels, filters, groups)
            ),
        )


def pair(value: Pair) -> int | Pair:
    """`3` for (3, 3), as a person would write it in torch."""
    return value[0] if value[0] == value[1] else value


def by(value: Pair) -> str:
    """`3×3`, as it stands on a card."""
    return f"{value[0]}×{value[1]}"


def strided(stride: Pair) -> str:
    """` /2` behind a kernel, and nothing for a stride of 1, as it stands on a card."""
    return "" if stride == (1, 1) else f" /{pair(stride) if stride[0] == stride[1] else by(stride)}"


_TORCH_DEFAULTS: dict[str, object] = {
    "stride": (1, 1),
    "padding": (0, 0),
    "output_padding": (0, 0),
    "dilation": (1, 1),
    "groups": 1,
    "bias": True,
}


def given(**options: int | Pair) -> dict[str, object]:
    """The options of a convolution without those that equal torch's default, as a person would write them."""
    return {
        name: pair(value) if isinstance(value, tuple) else value
        for name, value in options.items()
        if value != _TORCH_DEFAULTS[name]
    }


def convolved(channels: int, filters: int, kernel: Pair, groups: int, bias: bool) -> dict[str, Shape]:
    """Shapes of weight and bias, as torch.nn.Conv2d lays them out."""
    shapes: dict[str, Shape] = {"weight": (filters, channels // groups, *kernel)}
    return shapes | ({"bias": (filters,)} if bias else {})
