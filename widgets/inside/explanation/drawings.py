"""Which drawing shows which form of an explanation."""

from __future__ import annotations

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
)
from networks.explanations.pages.gradient_page import GradientPage
from networks.explanations.pages.page import Page
from widgets.inside.explanation.chain import of_copied, of_normalized, of_nothing, of_product
from widgets.inside.explanation.drawing import Drawing
from widgets.inside.explanation.gradient_drawings import gradient_drawing_of
from widgets.inside.explanation.laid import of_window
from widgets.inside.explanation.patch_sum import PatchSum
from widgets.inside.explanation.point import Point
from widgets.inside.explanation.table import of_loss, of_scores, of_shares
from widgets.inside.explanation.term_sum import of_joined, of_sum
from widgets.inside.explanation.window import Window


def drawing_of(page: Page, form: Form, stage: int = 0) -> Drawing:
    """The drawing of one stage of the page's explanation; `stage` says which of them it is."""
    if isinstance(page, GradientPage):
        return gradient_drawing_of(page, form, stage)
    return _of_value(page, form)


def _of_value(page: Page, form: Form) -> Drawing:
    match form:
        case WeightedSum():
            if not form.values.size:
                return of_nothing(form)
            single = form.values.ndim == 1 or (form.values.ndim == 3 and form.values[0].size == 1)
            return of_sum(page, form) if single else PatchSum(of_window(page, form))
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
