"""Which drawing shows which form of an explanation."""

from __future__ import annotations

from networks.explanations.forms import (
    Copied,
    Curve,
    Form,
    Joined,
    Largest,
    LossTerms,
    Normalized,
    Shares,
    WeightedSum,
)
from networks.explanations.page import Page
from widgets.explanation.chain import of_copied, of_normalized, of_nothing, of_product
from widgets.explanation.drawing import Drawing
from widgets.explanation.patch_sum import PatchSum
from widgets.explanation.point import Point
from widgets.explanation.table import of_loss, of_scores, of_shares
from widgets.explanation.term_sum import of_joined, of_sum
from widgets.explanation.window import Window


def drawing_of(page: Page, form: Form) -> Drawing:
    """The drawing of one stage of the page's explanation."""
    match form:
        case WeightedSum():
            if not form.values.size:
                return of_nothing(form)
            single = form.values.ndim == 1 or (form.values.ndim == 3 and form.values[0].size == 1)
            return of_sum(page, form) if single else PatchSum(page, form)
        case Largest():
            return Window(page, form)
        case Joined():
            return of_joined(page, form) if form.operation == "sum" else of_product(page, form)
        case Copied():
            scores = of_scores(page)
            return of_copied(page, form) if scores is None else scores
        case Curve():
            return Point(form)
        case Normalized():
            return of_normalized(form)
        case Shares():
            return of_shares(page, form)
        case LossTerms():
            return of_loss(page, form)
