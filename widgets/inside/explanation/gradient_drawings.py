"""Which drawing shows which form of the explanation of a gradient."""

from __future__ import annotations

import numpy as np

from networks.explanations.core.forms import Form, Joined, LossTerms, WeightedSum
from networks.explanations.core.places import Array, Position
from networks.explanations.pages.gradient_page import GradientPage
from networks.explanations.words.figures import enclosed, figure
from networks.explanations.words.rows import rows_of
from widgets.inside.explanation.chain import Chain, of_product
from widgets.inside.explanation.drawing import Drawing
from widgets.inside.explanation.ink import tr
from widgets.inside.explanation.laid import of_gradients
from widgets.inside.explanation.patch_sum import PatchSum
from widgets.inside.explanation.table import Table, of_classes
from widgets.inside.explanation.term_sum import Term, TermSum
from widgets.look.translation import said


def gradient_drawing_of(page: GradientPage, form: Form, stage: int) -> Drawing:
    """The drawing of one stage: of a sum over places, of the ways together, or of the loss's slopes."""
    match form:
        case WeightedSum():
            return _of_sum(page, form, stage)
        case LossTerms():
            return _of_slopes(page, form)
        case Joined() if form.operation == "sum":
            return _of_ways(page, form)
        case _:
            assert isinstance(form, Joined)
            return of_product(page, form)


def _of_sum(page: GradientPage, form: WeightedSum, stage: int) -> Drawing:
    name, gradient = page.above(stage)
    if not form.values.size:
        return Chain([(tr("“{name}” leaves it out").format(name=name), "", 0.0)], 0.0)
    if form.values.size == 1:
        return _of_one(form, name, gradient)
    laid = of_gradients(page, form, gradient)
    if laid is not None and laid.values[0].size > 1:
        return PatchSum(laid)
    return _of_terms(form, gradient)


def _of_one(form: WeightedSum, name: str, gradient: Array) -> Chain:
    """A single gradient times a single slope, and the map that it lies in."""
    term = (0,) * form.values.ndim
    at = form.value_places.position(term, form.values.shape)
    links = [
        (tr("gradient at {name}").format(name=name), "", float(form.values.flat[0])),
        (tr("slope"), "×", float(form.factors.flat[0])),
    ]
    maps = []
    if at is not None and gradient.ndim == 4 and gradient[at[0], at[1]].size > 1:
        image, channel, row, column = at
        title = tr("gradient at {name}, map {map}").format(name=name, map=channel)
        maps.append((title, gradient[image, channel], (row, column, row + 1, column + 1)))
    return Chain(links, form.result, maps, name=tr("gradient"))


def _of_terms(form: WeightedSum, gradient: Array) -> TermSum:
    """Gradients that lie side by side: the largest products, and the others together."""
    values, factors = form.values.ravel(), form.factors.ravel()
    with np.errstate(all="ignore"):
        products = values * factors
    several = len(np.unique(form.value_places.index[0])) > 1
    terms = []
    for row in rows_of(products, by_size=True):
        if row.index is None:
            name = tr("{count} others together").format(count=row.count)
            terms.append(Term(name, tr("Others"), "", row.total))
            continue
        term = tuple(map(int, np.unravel_index(row.index, form.values.shape)))
        at = form.value_places.position(term, form.values.shape)
        assert at is not None, "a gradient has no padding"
        arithmetic = f"{figure(float(values[row.index]))} × {enclosed(float(factors[row.index]))}"
        terms.append(_term(gradient, at, several, arithmetic, row.total))
    return TermSum(terms, None)


def _term(gradient: Array, at: Position, several: bool, arithmetic: str, total: float) -> Term:
    image = tr("picture {picture} · ").format(picture=at[0]) if several else ""
    step = str(at[0]) if several else tr("From {map}").format(map=at[1])
    if len(at) == 4:
        name = tr("map {map}, row {row}, column {column}").format(map=at[1], row=at[2], column=at[3])
        shown = gradient[at[0], at[1]]
        return Term(image + name, step, arithmetic, total, image + name, shown, (at[2], at[3]))
    name = image + tr("number {index}").format(index=at[-1])
    return Term(name, step, arithmetic, total, name)


def _of_ways(page: GradientPage, form: Joined) -> TermSum:
    """What comes along each of the wires that leave the layer."""
    if not len(form.values):
        return TermSum([Term(tr("no way to the loss"), tr("Nothing"), "", 0.0)], None)
    stages = page.explanation.stages
    branches = page.rungs[0].branches if page.rungs else ()
    terms = []
    for index, value in enumerate(form.values.tolist()):
        title = said(stages[index].title)
        bare = index < len(branches) and page.rungs[0].shortcut is branches[index]
        name = tr("{title}: the shortcut").format(title=title) if bare else title
        called = branches[index].way.wire.target if index < len(branches) else title
        terms.append(Term(name, tr("Way {index}").format(index=index + 1), "", value, called))
    return TermSum(terms, None)


def _of_slopes(page: GradientPage, form: LossTerms) -> Table:
    """How fast the loss rises with each score; that of the class in question is marked."""
    slopes = (tr("slope"), form.slopes)
    return of_classes(page.classes, form, np.nan_to_num(form.slopes), page.place.at[-1], slopes)
