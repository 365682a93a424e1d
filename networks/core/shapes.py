"""Shapes of one sample (without the batch axis) and the arithmetic of sliding windows."""

from __future__ import annotations

from math import prod

from networks.core.message import Message, UserError, message

Shape = tuple[int, ...]
"""(channels, height, width) of an image, or (length,) of a vector."""

LARGEST = 2**40
"""The most elements of one sample; no machine holds more, and a damaged file may ask for any number."""


class ShapeError(UserError):
    """A layer that does not fit its input: what it expected, what it got and what to try, in one sentence."""

    def __init__(self, expected: Message, got: Message, remedy: Message) -> None:
        super().__init__(
            message("Expected {expected}, got {got}: {remedy}.", expected=expected, got=got, remedy=remedy)
        )
        self.expected, self.got, self.remedy = expected, got, remedy


def show(shape: Shape) -> str:
    """`64×32×32`, as it stands on a wire."""
    return "×".join(map(str, shape))


def as_message(shape: Shape) -> Message:
    """The shape, to be put into a sentence."""
    return message("{shape}", shape=show(shape))


def count(shape: Shape) -> int:
    """The number of elements of one sample."""
    return prod(shape)


def image(x: Shape) -> tuple[int, int, int]:
    """Channels, height and width of an image. Raises ShapeError for a vector."""
    if len(x) == 3:
        return x[0], x[1], x[2]
    raise ShapeError(
        message("an image (channels×height×width)"),
        message("a vector of {length} numbers", length=count(x)),
        message("move this layer in front of the Flatten"),
    )


def checked(x: Shape) -> Shape:
    """The shape itself. Raises ShapeError where no memory could hold it."""
    if count(x) <= LARGEST:
        return x
    raise ShapeError(
        message("at most {largest} numbers per image", largest=LARGEST),
        as_message(x),
        message("choose smaller sizes or fewer filters"),
    )


def window(
    size: int, kernel: int, stride: int, padding: int, dilation: int = 1, *, ceil: bool = False
) -> int:
    """The output size of a sliding window along one axis; below 1 where the window does not fit.

    The formula of torch.nn.Conv2d and MaxPool2d. With `ceil` a last window may hang over the end, but must
    start inside the image or its leading padding (torch.nn.MaxPool2d, "ceil_mode").
    """
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    if room < 0 and not (ceil and room > -stride):
        return 0
    places = (-(-room // stride) if ceil else room // stride) + 1
    if ceil and (places - 1) * stride >= size + padding:
        places -= 1
    return places
