"""What happens in each step of an explanation, in a sentence."""

from __future__ import annotations

from networks.explanations.pages.gradient_page import GradientPage
from networks.explanations.pages.page import Page
from networks.explanations.words.figures import figure
from widgets.inside.explanation.drawing import Drawing
from widgets.inside.explanation.gradient_captions import gradient_caption
from widgets.inside.explanation.ink import tr
from widgets.inside.explanation.patch_sum import PatchSum
from widgets.inside.explanation.point import Point
from widgets.inside.explanation.window import Window


def caption(page: Page, drawing: Drawing, stage: int, step: int) -> str:
    """What this step of a stage does; empty where its title says it all."""
    if isinstance(page, GradientPage):
        return gradient_caption(page, drawing, stage, step)
    match drawing:
        case PatchSum():
            return _of_sum(page, drawing, step)
        case Window():
            return _of_window(drawing, step)
        case Point():
            return _of_curve(drawing, step)
        case _:
            return ""


def _of_sum(page: Page, drawing: PatchSum, step: int) -> str:
    count = int(drawing.values[0].size)
    row = drawing.row_of_step(step)
    if step == 0:
        words = tr("The window covers {where} of what comes in: {count} numbers of each map.")
        if len(drawing.values) == 1:
            words = tr("The window covers {where} of what comes in: {count} numbers.")
        return words.format(where=drawing.where(), count=count)
    if row >= 0:
        learned = drawing.laid.learned and count > 1 and drawing.terms(row)
        words = (
            tr("Each number times the weight at the same place: the {count} products make {total}.")
            if learned and drawing.rows == 1
            else tr("{name}: each number times the weight at the same place; that makes {total}.")
            if learned
            else tr("{name}: this adds {total}.")
        )
        return words.format(name=drawing.name(row), count=count, total=figure(drawing.total(row)))
    if drawing.bias is not None and step == drawing.rows + 1:
        words = tr("The bias is added, {bias}: a number of the filter, the same at every spot.")
        return words.format(bias=figure(drawing.bias))
    if len(page.place.at) != 3:
        return tr("All of it together is the number that leaves the layer here.")
    words = tr(
        "Together that is one number of map {map}: row {row}, column {column}. Then the window moves on."
    )
    return words.format(map=page.place.at[0], row=page.place.at[1], column=page.place.at[2])


def _of_window(drawing: Window, step: int) -> str:
    if step == 0:
        return tr("The window covers {count} numbers of one map.").format(count=drawing.form.values.size)
    return tr("Only the largest of them goes on: {value}.").format(value=figure(drawing.form.result))


def _of_curve(drawing: Point, step: int) -> str:
    if step == 0:
        return tr("The number {x} comes in: it is a place on the line below.").format(
            x=figure(drawing.form.x)
        )
    return tr("The height of the curve there goes on: {y}.").format(y=figure(drawing.form.y))
