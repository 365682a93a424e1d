"""What the explanation of a gradient shows, in plain sentences that are made of its own figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from networks.core.message import Message, message, plural
from networks.explanations.core.forms import Explanation, LossTerms, Stage, WeightedSum
from networks.explanations.traces.climb import Rung
from networks.explanations.traces.trace import Trace
from networks.explanations.words.figures import figure
from networks.layers.activation import Activation, LogSoftmax, Softmax
from networks.layers.base import Group, Layer
from networks.layers.ends import Output
from networks.layers.merge import Add
from networks.layers.pooling import AdaptiveMaxPool2d, MaxPool2d
from networks.recipes.losses.cross_entropy import CrossEntropy
from networks.xray.value_place import GradientPlace

Sentences = list[Message]


@np.errstate(all="ignore")
def seen_gradient(
    explanation: Explanation,
    trace: Trace,
    place: GradientPlace,
    rungs: Sequence[Rung],
    classes: Sequence[str] = (),
) -> tuple[Message, ...]:
    """What the gradient means, how it comes about, and by which ways it comes."""
    found = [_meaning(explanation.value, place.weight is not None)]
    if place.weight is not None:
        found += _used(explanation.stages[0].form)
    elif isinstance(explanation.stages[0].form, LossTerms):
        found += _begins(explanation.stages[0].form, explanation.position[1], trace, classes)
    else:
        for stage, target in zip(explanation.stages, trace.targets(place.layer), strict=False):
            found += _came(stage, target, trace.layers[target])
    found += _forked(rungs[0]) if rungs and place.weight is None else []
    if not np.isfinite(explanation.value):
        found.append(message("The gradient is no finite number any more: the learning rate may be too high."))
    return tuple(found)


def _meaning(value: float, learned: bool) -> Message:
    if value == 0:
        if learned:
            return message("A small change of this weight leaves the loss as it is: its gradient is 0.")
        return message("A small change of this number leaves the loss as it is: no gradient reaches it.")
    size = figure(abs(value))
    if learned and value > 0:
        return message(
            "If this weight grew a little, the loss would grow {size} times as much: a step makes the "
            "weight smaller.",
            size=size,
        )
    if learned:
        return message(
            "If this weight grew a little, the loss would shrink {size} times as much: a step makes the "
            "weight larger.",
            size=size,
        )
    if value > 0:
        return message("If this number grew a little, the loss would grow {size} times as much.", size=size)
    return message("If this number grew a little, the loss would shrink {size} times as much.", size=size)


def _used(form: object) -> Sentences:
    """How often a weight was used."""
    assert isinstance(form, WeightedSum)
    count, idle = int(form.values.size), int((form.values == 0).sum())
    found = [
        plural(
            "It was used {count} time: the gradient that arrives there, times what it was multiplied with.",
            "It was used {count} times. Each use brings the gradient that arrives there, times what the "
            "weight was multiplied with; all of it is added up.",
            count=count,
        )
    ]
    if idle and count > 1:
        found.append(
            plural(
                "At {count} of these places no gradient arrives.",
                "At {count} of these places no gradient arrives.",
                count=idle,
            )
        )
    return found


def _begins(form: LossTerms, index: int, trace: Trace, classes: Sequence[str]) -> Sentences:
    """The gradient of a score: for cross-entropy the probability minus what it should be."""
    name = classes[index] if index < len(classes) else str(index)
    declared = next(iter(trace.losses.values())).loss
    if isinstance(declared, CrossEntropy) and form.probabilities is not None:
        return [
            message(
                "Here the gradient starts. The network gives “{name}” the probability {probability}, and it "
                "should be {target}: the difference is the gradient.",
                name=name,
                probability=figure(float(form.probabilities[index])),
                target=figure(float(form.targets[index])),
            )
        ]
    return [
        message(
            "Here the gradient starts: it says how fast the loss rises with the score of “{name}”.", name=name
        )
    ]


def _came(stage: Stage, name: str, layer: Layer) -> Sentences:
    """What one of the layers behind makes of the gradient on its way to here."""
    form = stage.form
    if not isinstance(form, WeightedSum) or isinstance(layer, Output):
        return []
    count = int(form.values.size)
    if isinstance(layer, MaxPool2d | AdaptiveMaxPool2d):
        return [_won(form, name)]
    if isinstance(layer, Activation) and not isinstance(layer, Softmax | LogSoftmax):
        return [_gated(float(form.factors.ravel()[0]), name)]
    if isinstance(layer, Add):
        return [message("“{name}” hands the gradient on as it is: a sum does not change it.", name=name)]
    if layer.group is Group.CONVOLUTION and form.values.ndim == 3:
        return [
            plural(
                "“{name}” used it once: the gradient there is multiplied by the weight that lay on it.",
                "“{name}” used it {count} times: each time the gradient there is multiplied by the weight "
                "that lay on it.",
                count=count,
                name=name,
            ),
        ]
    if count == 1:
        return [
            message(
                "“{name}” multiplies the gradient by {factor} on its way.",
                name=name,
                factor=figure(float(form.factors.ravel()[0])),
            )
        ]
    return [
        plural(
            "In “{name}” {count} number depends on it: its gradient is multiplied by how fast it rises.",
            "In “{name}” {count} numbers depend on it: each brings its gradient, multiplied by how fast it "
            "rises with this one.",
            count=count,
            name=name,
        )
    ]


def _won(form: WeightedSum, name: str) -> Message:
    won = int((form.factors != 0).sum())
    if not won:
        return message(
            "“{name}” kept it in none of its windows: others were larger, and the gradient goes to them.",
            name=name,
        )
    return plural(
        "It was the largest in {count} window of “{name}”: the whole gradient of that window comes here.",
        "It was the largest in {count} windows of “{name}”: their whole gradients come here.",
        count=won,
        name=name,
    )


def _gated(slope: float, name: str) -> Message:
    if slope == 0:
        return message("“{name}” is flat here, its slope is 0: it lets no gradient through.", name=name)
    if slope == 1:
        return message("“{name}” has the slope 1 here: it lets the gradient through as it is.", name=name)
    return message(
        "“{name}” has the slope {slope} here, and multiplies the gradient by it.",
        name=name,
        slope=figure(slope),
    )


def _forked(rung: Rung) -> Sentences:
    """Which share of the layer's gradient comes along which branch."""
    if not rung.forks:
        return []
    shortcut = rung.shortcut
    if shortcut is not None and len(rung.branches) == 2:
        other = next(branch for branch in rung.branches if branch is not shortcut)
        return [
            plural(
                "Two ways lead here. A shortcut carries the gradient past a layer: "
                "{past} % of it, by length, comes along the shortcut, {through} % through the layer.",
                "Two ways lead here. A shortcut carries the gradient past the block and its {count} layers: "
                "{past} % of it, by length, comes along the shortcut, {through} % through the block.",
                count=len(other.layers),
                past=percent(shortcut.way.share),
                through=percent(other.way.share),
            )
        ]
    shares = ", ".join(
        f"{branch.way.wire.target} {percent(branch.way.share)}\u202f%" for branch in rung.branches
    )
    return [
        message(
            "{count} ways lead here, with these shares by length: {shares}.",
            count=len(rung.branches),
            shares=shares,
        )
    ]


def percent(share: float) -> str:
    """The share as a whole number of hundredths; a small one with a decimal."""
    hundredths = 100 * share
    return f"{hundredths:.1f}" if 0 < hundredths < 1 or 99 < hundredths < 100 else f"{hundredths:.0f}"
