"""All that is shown of one gradient at once: its terms, the way by which it comes, and where it goes on."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from networks.core.message import Message, message, plural
from networks.explanations.core.forms import Explanation, WeightedSum
from networks.explanations.core.places import Array, Position
from networks.explanations.pages.page import Crumb, Page, bound_of
from networks.explanations.pages.seen_gradients import seen_gradient
from networks.explanations.traces.climb import Rung, climb
from networks.explanations.traces.kept import Kept
from networks.explanations.traces.trace import Trace
from networks.explanations.values.path import strongest_origin
from networks.explanations.words.figures import figure
from networks.xray.value_place import GradientPlace, ValuePlace


class GradientPage(Page, frozen=True, eq=False):
    """The gradient of the loss by one number, and all that is shown of it.

    `crumbs` lead from the loss down to the layer, and on to the one before it: each is the gradient to which
    the next one owes most. `rungs` are the layers that every gradient of this one comes through. `image` is
    the picture of the batch that is followed, `of_batch` says whether the loss is that of a whole batch.
    """

    rungs: tuple[Rung, ...] = ()
    image: int = 0
    of_batch: bool = False

    @property
    def trace(self) -> Trace:
        """The passes that it was computed in."""
        assert self.kept.trace is not None
        return self.kept.trace

    @property
    def weight(self) -> str | None:
        """torch's name of the learned tensor within the layer; None for what leaves the layer."""
        assert isinstance(self.place, GradientPlace)
        return self.place.weight

    @property
    def weights(self) -> tuple[str, ...]:
        """The names of all learned tensors of the layer."""
        return tuple(self.trace.by_weight.get(self.place.layer, ()))

    @property
    def backwards(self) -> bool:
        return True

    @property
    def whole(self) -> Array:
        """The gradient by all numbers of the picture's output, or of the learned tensor."""
        if self.weight is None:
            found: Array = self.trace.gradients[self.place.layer][self.image]
            return found
        return self.trace.by_weight[self.place.layer][self.weight]

    @property
    def cells(self) -> Array:
        whole = self.whole
        if whole.ndim == 4:
            found: Array = whole[self.place.at[0]]
            return found
        # a matrix has a row for each unit; a single number is a vector of one
        if self.weight is not None and whole.ndim == 2:
            row: Array = whole[self.place.at[0]]
            return row
        return whole if whole.ndim else whole.reshape(1)

    @property
    def cell(self) -> tuple[int, ...]:
        at = self.place.at
        return at[len(at) - self.cells.ndim :] if at else (0,)

    def place_of(self, cell: tuple[int, ...]) -> ValuePlace:
        at = self.place.at
        lead = at[: len(at) - len(cell)] if at else ()
        return GradientPlace(self.place.layer, (*lead, *cell) if at else (), self.weight)

    @property
    def filters(self) -> int:
        """How many filters or units the learned tensor has beside the one that is shown; 0 where none."""
        whole = self.whole
        return len(whole) if self.weight is not None and whole.ndim in (2, 4) else 0

    def other_filter(self, way: int) -> ValuePlace:
        """The same number of the next filter, or of the one before."""
        at = self.place.at
        first = min(max(at[0] + way, 0), len(self.whole) - 1)
        return GradientPlace(self.place.layer, (first, *at[1:]), self.weight)

    def above(self, stage: int) -> tuple[str, Array]:
        """The layer whose gradients a stage weighs, and these: of all pictures of the batch."""
        name = self.place.layer if self.weight is not None else self.trace.targets(self.place.layer)[stage]
        return name, self.trace.gradients[name]

    @property
    def whose(self) -> Message:
        """The loss whose gradient it is."""
        main = next(iter(self.trace.losses.values()))
        loss = main.loss.name()
        if self.of_batch:
            return plural(
                "L is the loss of the batch: {loss}, over {count} picture.",
                "L is the loss of the batch: {loss}, over {count} pictures.",
                count=len(main.outputs),
                loss=loss,
            )
        label = int(main.targets[0].argmax())
        name = self.classes[label] if label < len(self.classes) else str(label)
        return message("L is the loss of this picture alone: {loss} for “{name}”.", loss=loss, name=name)

    @property
    def verdict(self) -> Message:
        """How many terms there are, and how far their result is from autograd's."""
        difference = self.explanation.difference
        value = figure(self.explanation.value)
        if not np.isfinite(difference):
            return message("Autograd gave {value}.", value=value)
        return plural(
            "{count} term: it gives autograd’s own value, {value}, within {difference}.",
            "{count} terms: together they give autograd’s own value, {value}, within {difference}.",
            count=self.terms,
            value=value,
            difference=figure(difference),
        )


def gradient_page(
    kept: Kept,
    place: GradientPlace,
    classes: Sequence[str] = (),
    *,
    image: int = 0,
    of_batch: bool = False,
) -> GradientPage:
    """All of one gradient. KeyError where its layer was not kept, IndexError beyond it."""
    trace = kept.trace
    assert trace is not None, "gradients were kept"
    explanation = _explained(trace, place, image)
    passed = trace.passed(place.layer)
    rungs = climb(trace, place.layer)
    behind = _behind(kept, trace, place, explanation, image)
    after = _after(trace, place, image)
    found = GradientPage(
        place,
        kept,
        explanation,
        passed,
        (*behind, _crumb(trace, place, image), *([] if after is None else [after])),
        len(behind),
        {},
        "",
        (),
        1.0,
        tuple(classes),
        rungs=rungs,
        image=image,
        of_batch=of_batch,
    )
    words = seen_gradient(explanation, trace, place, rungs, tuple(classes))
    return msgspec.structs.replace(found, sentences=words, bound=bound_of(found.whole))


def largest_gradient(trace: Trace, layer: str, weight: str | None, image: int = 0) -> GradientPlace:
    """The place where the gradient of a layer is furthest from zero."""
    whole = trace.gradients[layer][image] if weight is None else trace.by_weight[layer][weight]
    sizes = np.abs(np.nan_to_num(whole))
    at = np.unravel_index(int(sizes.argmax()), sizes.shape) if sizes.ndim else ()
    return GradientPlace(layer, tuple(int(each) for each in at), weight)


def _explained(trace: Trace, place: GradientPlace, image: int) -> Explanation:
    if place.weight is None:
        return trace.gradient(place.layer, (image, *place.at))
    return trace.weight_gradient(place.layer, place.weight, place.at)


def _crumb(trace: Trace, place: GradientPlace, image: int) -> Crumb:
    kind = type(trace.layers[place.layer])
    if place.weight is not None:
        return Crumb(place.layer, kind, place, float(trace.by_weight[place.layer][place.weight][place.at]))
    known = trace.gradients.get(place.layer)
    return Crumb(place.layer, kind, place, None if known is None else float(known[(image, *place.at)]))


def _behind(
    kept: Kept, trace: Trace, place: GradientPlace, explanation: Explanation, image: int
) -> list[Crumb]:
    """The way back to the loss: the largest term of each gradient, as far as it is known."""
    found: list[Crumb] = []
    here, known = place, explanation
    while True:
        above = _strongest(trace, here, known, image)
        if above is None:
            break
        found.append(_crumb(trace, above, image))
        here = above
        if above.layer not in trace.gradients or any(
            target not in trace.captures for target in trace.targets(above.layer)
        ):
            return found[::-1]
        known = _explained(trace, above, image)
    if here.layer in trace.losses:
        value = kept.loss if here.layer == kept.end else None
        found.append(Crumb(here.layer, None, ValuePlace(here.layer, ()), value))
    return found[::-1]


def _strongest(
    trace: Trace, place: GradientPlace, explanation: Explanation, image: int
) -> GradientPlace | None:
    """The gradient above to which this one owes most; None where it comes from the loss, or is nothing."""
    forms = [stage.form for stage in explanation.stages]
    sums = [form for form in forms if isinstance(form, WeightedSum)]
    if not sums:
        return None
    sizes = [abs(form.result) if np.isfinite(form.result) else 0.0 for form in sums]
    most = int(np.argmax(sizes))
    at = _largest_term(sums[most], image)
    if at is None:
        return None
    layer = place.layer if place.weight is not None else trace.targets(place.layer)[most]
    return GradientPlace(layer, at[1:])


def _largest_term(form: WeightedSum, image: int) -> Position | None:
    if not form.values.size:
        return None
    with np.errstate(all="ignore"):
        products = np.abs(np.nan_to_num(form.products))
    own = np.broadcast_to(form.value_places.index[0], products.shape) == image
    if not own.any():
        return None
    most = int(np.where(own, products, -1.0).argmax())
    term = tuple(map(int, np.unravel_index(most, products.shape)))
    return form.value_places.position(term, products.shape)


def _after(trace: Trace, place: GradientPlace, image: int) -> Crumb | None:
    """The layer before, to which this gradient goes on: the number that the value owes most to."""
    inputs = trace.network[place.layer].inputs
    if place.weight is not None or not inputs:
        return None
    origin = strongest_origin(trace.value(place.layer, (image, *place.at)))
    if origin is None:
        return None
    return _crumb(trace, GradientPlace(inputs[origin.which], origin.at[1:]), image)
