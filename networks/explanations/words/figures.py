"""The arithmetic of an explanation as one line of text with its figures, and what it shows in words."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from networks.core.message import Message, message, plural
from networks.explanations.core.forms import (
    Copied,
    Curve,
    Form,
    Joined,
    Largest,
    LossTerms,
    Normalized,
    Shares,
    WeightedSum,
    ranked,
)
from networks.explanations.core.places import Numbers

MOST = 8
"""How many parts of a sum are written out; of more, the largest, and the others together."""
_POWERS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def figure(number: float, decimals: int = 3) -> str:
    """`6.488`, `−0.575`, `0.0213`, `0` or `8.12·10⁻⁵`: small ones with as many digits as large ones."""
    size = abs(number)
    if number == 0 or not np.isfinite(number):
        text = f"{abs(number) if number == 0 else number:g}"
    elif 0.001 <= size < 100_000:
        text = f"{number:#.{decimals}g}" if size < 0.1 else f"{number:.{decimals if size < 1000 else 1}f}"
    else:
        digits, power = f"{number:.{decimals - 1}e}".split("e")
        text = f"{digits}·10{str(int(power)).translate(_POWERS)}"
    return text.replace("-", "−")


def hundredths(share: float) -> str:
    """`97.6`, `99.95` or `0.002`: a share in per cent that says 100 or 0 only where it is exactly that."""
    text = ""
    for decimals in range(1, 6):
        text = f"{100 * share:.{decimals}f}"
        if float(text) not in (0.0, 100.0) or share in (0.0, 1.0) or not np.isfinite(share):
            return text
    return f"<{10**-5:.5f}" if share < 0.5 else f">{100 - 10**-5:.5f}"


def short(number: float) -> str:
    """A round number, as at the ticks of an axis: `2.5`, `−1·10⁻⁵`."""
    digits, _, power = f"{number:g}".partition("e")
    text = f"{digits}·10{str(int(power)).translate(_POWERS)}" if power else digits
    return text.replace("-", "−")


def added(numbers: Iterable[float]) -> str:
    """`1.005 − 0.575 + 3.517`."""
    text = ""
    for number in numbers:
        shown = figure(number)
        if not text:
            text = shown
        else:
            text += f" − {shown[1:]}" if shown.startswith("−") else f" + {shown}"
    return text or "0"


@np.errstate(all="ignore")
def line(form: Form) -> Message:
    """The arithmetic in figures, such as `1.005 − 0.575 + 0.013 = 0.443`."""
    match form:
        case WeightedSum():
            return _weighted(form)
        case LossTerms():
            # most classes add nothing, and their zeros would only hide the others
            return _sum(form.terms[form.terms != 0], None, form.result)
        case Joined(operation="sum"):
            return _sum(form.values, None, form.result)
        case Joined():
            text = " · ".join(map(enclosed, form.values))
        case Largest():
            return _largest(form)
        case Copied():
            text = figure(form.value)
            return message("{text}", text=text)
        case Curve():
            text = f"{form.function.name()}({figure(form.x)})"
        case Normalized():
            text = _normalized(form)
        case Shares():
            text = _share(form)
    return message("{text} = {result}", text=text, result=figure(form.result))


def term(form: WeightedSum, at: tuple[int, ...]) -> str:
    """One product: `5.337 · 0.113 = 0.603`."""
    value, factor = float(form.values[at]), float(form.factors[at])
    return f"{figure(value)} · {enclosed(factor)} = {figure(value * factor)}"


def strongest(form: WeightedSum | LossTerms | Joined) -> Message:
    """Which parts make up most of a sum, in words: at least 90 % of what pulls in its direction."""
    parts = _parts(form)
    if not np.isfinite(parts).all():
        return message("Some of it is no finite number: the result is {result}.", result=figure(form.result))
    toward = np.where(np.sign(parts) == np.sign(parts.sum()), np.abs(parts), 0.0)
    whole = toward.sum()
    if whole == 0:
        return message("Nothing adds to it: the result is {result}.", result=figure(form.result))
    order = ranked(toward)
    needed = int(np.searchsorted(np.cumsum(toward[order]), 0.9 * whole - 1e-12)) + 1
    if needed > 3:
        return message(
            "No part decides alone: the {count} largest of {all} make up 90 % of what pulls it this way.",
            count=needed,
            all=len(parts),
        )
    named = ", ".join(f"{index} ({figure(parts[index])})" for index in order[:needed])
    return plural(
        "Part {named} makes up at least 90 % of what pulls it this way.",
        "Parts {named} make up at least 90 % of what pulls it this way.",
        count=needed,
        named=named,
    )


def _parts(form: WeightedSum | LossTerms | Joined) -> Numbers:
    if isinstance(form, WeightedSum):
        return form.parts if form.values.ndim > 1 else np.atleast_1d(form.products)
    return form.terms if isinstance(form, LossTerms) else form.values


def _weighted(form: WeightedSum) -> Message:
    if form.weighing == "mean" and form.values.ndim == 2 and np.ptp(form.factors) == 0:
        whole, count = figure(float(form.values.sum())), round(1 / float(form.factors.flat[0]))
        return message("{sum} ÷ {count} = {result}", sum=whole, count=count, result=figure(form.result))
    return _sum(form.parts if form.values.ndim > 1 else form.products, form.bias, form.result)


def _sum(parts: Numbers, bias: float | None, result: float) -> Message:
    parts = np.atleast_1d(parts)
    last = [] if bias is None else [bias]
    if len(parts) <= MOST:
        return message("{text} = {result}", text=added([*parts, *last]), result=figure(result))
    chosen = np.sort(ranked(parts)[: MOST - 2])
    rest = float(parts.sum() - parts[chosen].sum())
    return message(
        "{largest} + ({rest} from {count} others){last} = {result}",
        largest=added(parts[chosen]),
        rest=figure(rest),
        count=len(parts) - len(chosen),
        last="".join(f" + {enclosed(number)}" for number in last),
        result=figure(result),
    )


def enclosed(number: float, decimals: int = 3) -> str:
    """In brackets where it has a minus sign."""
    text = figure(number, decimals)
    return f"({text})" if number < 0 else text


def _largest(form: Largest) -> Message:
    inside = form.values.ravel()
    if form.value_places.padding is not None:
        inside = inside[~np.broadcast_to(form.value_places.padding, form.values.shape).ravel()]
    if len(inside) <= MOST + 1:
        text = ", ".join(map(figure, inside))
        return message("max({text}) = {result}", text=text, result=figure(form.result))
    return message("the largest of {count} numbers = {result}", count=len(inside), result=figure(form.result))


def _normalized(form: Normalized) -> str:
    text = figure(form.x)
    if form.centre:
        text = f"({text} − {enclosed(form.centre)})"
    text = f"{text} ÷ {figure(form.divisor)}"
    if form.scale != 1:
        text += f" · {enclosed(form.scale)}"
    if form.shift:
        text += f" + {enclosed(form.shift)}"
    return text + (f" + {enclosed(form.x)}" if form.passes_on else "")


def _share(form: Shares) -> str:
    less = f"{figure(form.values[form.at])} − {enclosed(form.largest)}"
    total = figure(float(form.exponentials.sum()))
    return f"{less} − ln {total}" if form.logarithm else f"exp({less}) ÷ {total}"
