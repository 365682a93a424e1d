"""The map of the data: pictures as points in the plane, near where a layer makes similar numbers of them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.core.fields import real, whole

MOST_PICTURES = 5_000
"""The most pictures of a map; of more, this many are taken, evenly spread."""
MOST_NUMBERS, PROJECTED = 2048, 1024
"""The most numbers for a picture; more are reduced to this many by a random projection."""
NEAREST = 10
"""How many neighbours of each picture are compared to measure what a map keeps."""

Form = Literal["averaged", "whole"]
"""What of a layer's maps is compared: the mean of each map, or every number of them."""
Points = NDArray[np.float32]
Whole = NDArray[np.int64]


class Method(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="method"):
    """A way to bring many numbers of each picture into the plane. Its fields are what can be set."""

    title: ClassVar[str]
    reads: ClassVar[str]
    """What may be read from such a map."""
    reads_not: ClassVar[str]
    """What may not."""
    paper: ClassVar[str]
    components: ClassVar[int] = 0
    """Beyond this many numbers, PCA goes first; 0 where nothing goes first."""


class PCA(Method, frozen=True, forbid_unknown_fields=True, tag="pca"):
    """The plane in which the pictures differ most, as a shadow of them."""

    title = "PCA"
    reads = "A shadow: far apart here is far apart for this layer."
    reads_not = "What is near may still differ in a way that it hides."
    paper = "Pearson 1901, On lines and planes of closest fit to systems of points in space"


class PaCMAP(Method, frozen=True, forbid_unknown_fields=True, tag="pacmap"):
    """Keeps neighbours together, and on the whole also which groups are near one another."""

    title = "PaCMAP"
    reads = "Near: alike for this layer. Which groups are neighbours is roughly kept."
    reads_not = "Distances and sizes mean little."
    paper = "Wang, Huang, Rudin and Shaposhnik 2021, Understanding how dimension reduction tools work"
    components = 100

    neighbours: Annotated[
        int,
        whole(
            "Neighbours",
            "How many of the nearest pictures each one is kept near to: few show fine threads, many the "
            "large groups.",
            2,
            50,
        ),
    ] = 10


class TSNE(Method, frozen=True, forbid_unknown_fields=True, tag="t-sne"):
    """Keeps neighbours together, and nothing else."""

    title = "t-SNE"
    reads = "Near: alike for this layer. Look at a point among strangers."
    reads_not = "Distances and sizes of groups mean little."
    paper = "van der Maaten and Hinton 2008, Visualizing data using t-SNE"
    components = 50

    perplexity: Annotated[
        float,
        real(
            "Perplexity",
            "About how many neighbours each picture has: small ones break groups up, large ones draw them "
            "together.",
            2.0,
            100.0,
        ),
    ] = 30.0


METHODS: tuple[type[Method], ...] = (PCA, PaCMAP, TSNE)


class Outputs(msgspec.Struct, frozen=True, eq=False):
    """What a layer gave for n pictures, and what the network answered to them in the same pass.

    `rows` are indices into the data set, `features` is n×numbers. `size` is how many numbers the layer gives
    for a picture; fewer are in `features` where maps were averaged, or where a random projection came first.
    `sureness` is the probability of each answer. `step` is the step after which the weights were those.
    """

    layer: str
    rows: Whole
    labels: Whole
    answers: Whole
    sureness: Points
    features: Points
    size: int
    averaged: bool
    projected: bool
    step: int

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """For each picture, whether the answer is wrong."""
        found: NDArray[np.bool_] = self.answers != self.labels
        return found


class DataMap(msgspec.Struct, frozen=True, eq=False):
    """Where each picture lies: `positions` is n×2, around 0.

    `shares` are the parts of all variance that the two axes of a PCA hold; empty for other methods. `kept` is
    the share of each picture's nearest ones in the layer that are among its nearest on the map, `alike` that
    of pictures whose nearest one in the layer is of the same class; both are means over the pictures.
    """

    method: Method
    outputs: Outputs
    positions: Points
    shares: tuple[float, ...]
    kept: float
    alike: float
