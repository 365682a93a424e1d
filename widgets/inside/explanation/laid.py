"""How a sum over windows is laid out in rows: what each row is called, and the map that its patch lies in."""

from __future__ import annotations

import msgspec
import numpy as np

from networks.core.message import plural
from networks.explanations.core.forms import WeightedSum
from networks.explanations.core.places import Array, Numbers
from networks.explanations.pages.gradient_page import GradientPage
from networks.explanations.pages.page import Page
from networks.explanations.words.figures import figure
from networks.explanations.words.rows import parts_of
from widgets.inside.explanation.ink import Box, tr
from widgets.look.translation import said


class Laid(msgspec.Struct, frozen=True, eq=False):
    """A sum whose parts are patches times kernels, parts×rows×columns.

    `maps` has an image for each of `lies`, the indices of the parts; `labels` are short names of the parts.
    """

    values: Numbers
    factors: Numbers
    parts: Numbers
    maps: Array
    lies: tuple[int, ...]
    labels: tuple[str, ...]
    box: Box
    outside: Array | None
    learned: bool
    """Whether the factors are numbers of their own size, and not shares of a whole."""
    label: str
    map: str
    patch: str
    factor: str
    letter: str = "c"
    by_picture: bool = False
    """Whether a part is a picture of the batch, and not a map."""
    bias: float | None = None

    def step(self, part: int) -> str:
        """What a part is called among the steps."""
        if self.by_picture:
            return tr("Picture {picture}").format(picture=self.labels[part])
        return tr("From {map}").format(map=self.labels[part])

    def called(self, part: int) -> str:
        """What a part is called in the middle of a sentence."""
        if self.by_picture:
            return tr("picture {picture}").format(picture=self.labels[part])
        return tr("map {map}").format(map=self.labels[part])

    def line(self, part: int, where: str, total: float) -> str:
        """What a part says."""
        words = (
            tr("Picture {name}, {where}: {total}") if self.by_picture else tr("Map {name}, {where}: {total}")
        )
        return words.format(name=self.labels[part], where=where, total=figure(total))

    def others(self, count: int) -> str:
        """What the parts without a row of their own are called."""
        words = (
            plural("the other picture", "{count} other pictures together", count=count)
            if self.by_picture
            else plural("the other map", "{count} other maps together", count=count)
        )
        return said(words)


def of_window(page: Page, form: WeightedSum) -> Laid:
    """A sum over what lies in a window of all maps that come in."""
    assert page.passed is not None
    flat = form.values.ndim == 2
    values = form.values[None] if flat else form.values
    index = form.value_places.index
    channels = np.broadcast_to(index[1].ravel(), (len(values),)).tolist()
    learned = form.weighing == "learned"
    padding = form.value_places.padding
    outside = None if padding is None else np.broadcast_to(padding, form.values.shape)
    outside = outside[0] if outside is not None and outside.ndim == 3 else outside
    return Laid(
        values,
        form.factors[None] if flat else form.factors,
        parts_of(form),
        page.passed.inputs[int(form.value_places.which)][page.kept.image],
        tuple(channels),
        tuple(map(str, channels)),
        _box(index[2], index[3]),
        outside if outside is not None and outside.any() else None,
        learned,
        tr("in"),
        tr("map"),
        tr("patch"),
        tr("kernel") if learned else tr("share"),
        bias=form.bias,
    )


def of_gradients(page: GradientPage, form: WeightedSum, gradient: Array) -> Laid | None:
    """A sum over gradients that lie in windows of maps; None where they do not lie so.

    `gradient` is that of the layer above, of all pictures of the batch.
    """
    index, shape = form.value_places.index, form.values.shape
    if gradient.ndim != 4 or len(shape) < 2 or not _slides(index, len(shape)):
        return None
    lead = shape[:-2]
    parts = int(np.prod(lead, dtype=int))
    images, channels = (np.broadcast_to(each, (*lead, 1, 1)).reshape(parts).tolist() for each in index[:2])
    values = form.values.reshape(parts, *shape[-2:])
    factors = form.factors.reshape(values.shape)
    many = len(set(images)) > 1
    labels = [
        f"{image}·{channel}" if many and len(set(channels)) > 1 else str(image if many else channel)
        for image, channel in zip(images, channels, strict=True)
    ]
    with np.errstate(all="ignore"):
        sums = (values * factors).reshape(parts, -1).sum(axis=1)
    chosen = [image * gradient.shape[1] + channel for image, channel in zip(images, channels, strict=True)]
    by_weight = page.weight is not None
    own = form.factors.size > 1 and float(np.ptp(np.nan_to_num(form.factors))) > 0
    return Laid(
        values,
        factors,
        sums,
        gradient.reshape(-1, *gradient.shape[2:]),
        tuple(chosen),
        tuple(labels),
        _box(index[2], index[3]),
        None,
        own,
        tr("pic.") if many else tr("out"),
        tr("map"),
        tr("gradient"),
        tr("input") if by_weight else tr("weights") if form.factor_places is not None else tr("slopes"),
        "n" if many else "f",
        many,
    )


def _slides(index: tuple[Array, ...], axes: int) -> bool:
    """Whether rows and columns of the maps run along the last two axes, and nothing else does."""

    def runs(positions: Array) -> list[bool]:
        sizes = (*([1] * (axes - positions.ndim)), *positions.shape)
        return [size > 1 for size in sizes]

    image, channel, row, column = map(runs, index)
    return not any((*image[-2:], *channel[-2:], *row[:-2], row[-1], *column[:-1]))


def _box(rows: Array, columns: Array) -> Box:
    """The window in its maps; what lies in the padding is no part of it."""
    rows, columns = rows.ravel(), columns.ravel()
    rows, columns = rows[rows >= 0], columns[columns >= 0]
    if not rows.size or not columns.size:
        return 0, 0, 1, 1
    return int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1
