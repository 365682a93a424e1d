"""What an explanation shows, in two or three plain sentences that are made of its own figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from networks.core.message import Message, message
from networks.explanations.core.forms import (
    Copied,
    Curve,
    Explanation,
    Form,
    Joined,
    Largest,
    LossTerms,
    Normalized,
    Shares,
    WeightedSum,
    ranked,
)
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.words.figures import added, figure, hundredths
from networks.explanations.words.seen_in_sums import summed
from networks.layers.ends import AuxiliaryOutput, Output
from networks.layers.regularization import Dropout, Dropout2d, StochasticDepth

Sentences = list[Message]


@np.errstate(all="ignore")
def seen(
    explanation: Explanation, passed: LayerPass | None, classes: Sequence[str] = ()
) -> tuple[Message, ...]:
    """Sentences about each stage; `passed` is None for the loss, whose classes have these names."""
    found: Sentences = []
    for stage in explanation.stages:
        found += _SENTENCES[type(stage.form)](stage.form, explanation, passed, classes)
    if not np.isfinite(explanation.value):
        found.append(message("The value is no finite number any more: the learning rate may be too high."))
    return tuple(found)


def _largest(
    form: Largest, explanation: Explanation, passed: LayerPass | None, classes: Sequence[str]
) -> Sentences:
    inside = np.ones(form.values.shape, bool)
    if form.value_places.padding is not None:
        inside = ~np.broadcast_to(form.value_places.padding, form.values.shape)
    others = np.delete(form.values.ravel(), form.winner)[np.delete(inside.ravel(), form.winner)]
    found = [
        message(
            "Of the {count} numbers in the window only the largest is kept, {kept}. "
            "Where it lay is forgotten.",
            count=int(inside.sum()),
            kept=figure(form.result),
        )
    ]
    if len(others) and others.max() == form.result:
        found.append(message("Others are just as large; the first of them is taken."))
    elif len(others):
        found.append(
            message(
                "The next one, {next}, leaves no trace: as long as it stays smaller it may be anything.",
                next=figure(float(others.max())),
            )
        )
    return found


def _joined(
    form: Joined, explanation: Explanation, passed: LayerPass | None, classes: Sequence[str]
) -> Sentences:
    if passed is not None and isinstance(passed.layer, Dropout | Dropout2d | StochasticDepth):
        return [_dropped(passed, float(form.values[1]))]
    if form.operation == "sum":
        found = [
            message(
                "{count} numbers from the same place are added: {sum}.",
                count=len(form.values),
                sum=added(form.values.tolist()),
            )
        ]
        size = np.abs(form.values)
        if np.isfinite(size).all() and size.sum():
            most = int(size.argmax())
            found.append(
                message(
                    "Way {which} brings {share} % of it, counted without signs.",
                    which=most + 1,
                    share=round(100 * float(size[most] / size.sum())),
                )
            )
        return found
    last = float(form.values[-1])
    return [
        message(
            "The number is multiplied by {factor}: it comes out {words}.",
            factor=figure(last),
            words=message("as nothing at all")
            if last == 0
            else message("smaller")
            if abs(last) < 1
            else message("as it was")
            if last == 1
            else message("larger"),
        )
    ]


def _dropped(passed: LayerPass, factor: float) -> Message:
    if passed.mask is None:
        return message("Outside training nothing is dropped: the number passes as it is.")
    if not factor:
        return message("This number was dropped: the layers behind it have to do without it this time.")
    return message(
        "This number was not dropped. It is multiplied by {factor}, to make up for those that were.",
        factor=figure(factor),
    )


def _copied(
    form: Copied, explanation: Explanation, passed: LayerPass | None, classes: Sequence[str]
) -> Sentences:
    if form.place is None:
        return [message("Nothing is computed here: a zero is put beside what came in.")]
    if passed is not None and isinstance(passed.layer, Output | AuxiliaryOutput):
        score = figure(form.value)
        index = explanation.position[-1]
        name = classes[index] if index < len(classes) else str(index)
        return [message("This is the network’s score for “{name}”: {score}.", name=name, score=score)]
    if passed is not None and not passed.inputs:
        return [message("Here the arithmetic begins: a pixel of the picture as the network takes it.")]
    return [message("Nothing is computed here: the same number stands at another place.")]


def _curve(
    form: Curve, explanation: Explanation, passed: LayerPass | None, classes: Sequence[str]
) -> Sentences:
    found = [
        message(
            "At {x} the curve of {name} has the height {y}.",
            x=figure(form.x),
            name=form.function.name(),
            y=figure(form.y),
        )
    ]
    if form.slope == 0:
        found.append(
            message(
                "The curve is flat here: if the number that comes in changes a little, nothing changes "
                "behind it, and no gradient comes back through this point."
            )
        )
    elif round(form.slope, 3) == 1:
        found.append(message("Its slope is 1 here: any small change passes as it is."))
    else:
        found.append(
            message(
                "Its slope is {slope} here: a small change comes out {slope} times as large.",
                slope=figure(form.slope),
            )
        )
    return found


def _normalized(
    form: Normalized, explanation: Explanation, passed: LayerPass | None, classes: Sequence[str]
) -> Sentences:
    if form.statistics == "neighbours":
        return [
            message(
                "The {count} maps beside it damp it: the stronger they are here, the more. Their squares add "
                "up to {spread}, which makes it {factor} times what it was.",
                count=0 if form.numbers is None else form.numbers.size,
                spread=figure(form.spread),
                factor=figure(float(np.float64(1) / form.divisor)),
            )
        ]
    if form.statistics == "strength":
        return [
            message(
                "Its map is {factor} times as strong as the mean map, and the number is weighed by that.",
                factor=figure(float(np.float64(1) / form.divisor)),
            )
        ]
    away = float(np.float64(form.x - form.centre) / form.divisor)
    what = {
        "batch": message("of its map in this batch"),
        "running": message("of its map, as remembered from training"),
        "sample": message("within this picture"),
        "filter": message("of its filter"),
        "data": message("of this colour in all training pictures"),
    }[form.statistics]
    words = (
        message(
            "{x} lies {away} deviations above the mean {what}.",
            x=figure(form.x),
            away=figure(away),
            what=what,
        )
        if away >= 0
        else message(
            "{x} lies {away} deviations below the mean {what}.",
            x=figure(form.x),
            away=figure(-away),
            what=what,
        )
    )
    found = [words]
    if form.scale != 1 or form.shift:
        found.append(
            message(
                "What was learned then stretches it by {scale} and moves it by {shift}.",
                scale=figure(form.scale),
                shift=figure(form.shift),
            )
        )
    return found


def _shared(
    form: Shares, explanation: Explanation, passed: LayerPass | None, classes: Sequence[str]
) -> Sentences:
    share = float(form.shares[form.at])
    found = [
        message(
            "Each of the {count} scores becomes an exponential, and each exponential its share of their sum: "
            "here {share} %.",
            count=len(form.values),
            share=hundredths(share),
        )
    ]
    others = np.delete(form.shares, form.at)
    if len(others):
        found.append(
            message(
                "The largest of the others has {share} %. All shares together are 100 %: one grows only "
                "where others shrink.",
                share=hundredths(float(others.max())),
            )
        )
    return found


def _lost(
    form: LossTerms, explanation: Explanation, passed: LayerPass | None, classes: Sequence[str]
) -> Sentences:
    right = int(form.targets.argmax())
    name = classes[right] if right < len(classes) else str(right)
    found = []
    if form.probabilities is not None:
        found.append(
            message(
                "The network gives the right class, “{name}”, {share} %, and the loss is {loss}.",
                name=name,
                share=hundredths(float(form.probabilities[right])),
                loss=figure(form.result),
            )
        )
    else:
        found.append(
            message("The right class is “{name}”, and the loss {loss}.", name=name, loss=figure(form.result))
        )
    most = int(ranked(form.slopes)[0])
    other = classes[most] if most < len(classes) else str(most)
    slope = float(form.slopes[most])
    words = (
        message(
            "The score for “{name}” moves it most: a little more of it raises the loss, {slope} times as "
            "much.",
            name=other,
            slope=figure(slope),
        )
        if slope > 0
        else message(
            "The score for “{name}” moves it most: a little more of it lowers the loss, {slope} times as "
            "much.",
            name=other,
            slope=figure(-slope),
        )
    )
    return [*found, words] if slope else found


_SENTENCES: dict[type[Form], Callable[..., Sentences]] = {
    WeightedSum: summed,
    Largest: _largest,
    Joined: _joined,
    Copied: _copied,
    Curve: _curve,
    Normalized: _normalized,
    Shares: _shared,
    LossTerms: _lost,
}
