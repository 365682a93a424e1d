"""Layers over vectors, and those that only change the view."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec

from networks.call import Call, call
from networks.fields import described, whole
from networks.layers.base import Group, Layer
from networks.message import message
from networks.shapes import Shape, ShapeError, count, shown

CLASSES: Literal["classes"] = "classes"


class Linear(Layer, frozen=True):
    """Weighs all inputs against each other: every output is a learned weighted sum of them."""

    group: ClassVar = Group.LINEAR
    stem: ClassVar = "fc"
    keywords: ClassVar = "dense fully connected affine"

    features: Annotated[
        Annotated[int, whole("Features", "", 1, 1_000_000)] | Literal["classes"],
        described(
            "Features",
            "How many numbers come out; “classes” takes the number of classes of the data.",
            labels={"classes": "one per class"},
        ),
    ] = 128
    bias: Annotated[bool, described("Bias", "Learn one number per output that is added to it.")] = True

    def shape(self, *inputs: Shape) -> Shape:
        if len(inputs[0]) != 1:
            raise ShapeError(
                message("a vector"),
                shown(inputs[0]),
                message("put a Flatten or a global average pooling before it"),
            )
        if self.features == CLASSES:
            raise ShapeError(
                message("data that says how many classes there are"),
                message("none"),
                message("choose the data, or type the number of features"),
            )
        return (self.features,)

    def module(self, *inputs: Shape) -> Call:
        options = {} if self.bias else {"bias": False}
        return call("nn.Linear", inputs[0][0], self.features, **options)

    def parameters(self, *inputs: Shape) -> dict[str, Shape]:
        features = self.shape(*inputs)[0]
        return {"weight": (features, inputs[0][0])} | ({"bias": (features,)} if self.bias else {})

    def multiply_adds(self, *inputs: Shape) -> int:
        return count(self.parameters(*inputs)["weight"])

    def summary(self) -> str:
        return str(self.features)

    def with_classes(self, classes: int) -> Linear:
        return msgspec.structs.replace(self, features=classes) if self.features == CLASSES else self


class Flatten(Layer, frozen=True):
    """Lays the image out as one vector, channel after channel, row after row."""

    group: ClassVar = Group.LINEAR
    stem: ClassVar = "flatten"
    keywords: ClassVar = "reshape view vector"

    def shape(self, *inputs: Shape) -> Shape:
        return (count(inputs[0]),)

    def module(self, *inputs: Shape) -> Call:
        return call("nn.Flatten")


class Identity(Layer, frozen=True):
    """Hands on what it gets, unchanged; useful as a named place."""

    group: ClassVar = Group.LINEAR
    stem: ClassVar = "identity"
    keywords: ClassVar = "none pass skip"

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def module(self, *inputs: Shape) -> Call:
        return call("nn.Identity")
