"""What happens in each step of the explanation of a gradient, in a sentence."""

from __future__ import annotations

from networks.explanations.pages.gradient_page import GradientPage
from networks.explanations.words.figures import figure
from widgets.inside.explanation.chain import Chain
from widgets.inside.explanation.drawing import Drawing
from widgets.inside.explanation.ink import tr
from widgets.inside.explanation.patch_sum import PatchSum
from widgets.inside.explanation.table import Table
from widgets.inside.explanation.term_sum import TermSum


def gradient_caption(page: GradientPage, drawing: Drawing, stage: int, step: int) -> str:
    """What this step of a stage does; empty where its title says it all."""
    ways = len(page.explanation.stages) > 1 and stage == len(page.explanation.stages) - 1
    match drawing:
        case PatchSum():
            return _of_places(page, drawing, stage, step)
        case TermSum() if ways:
            return _of_ways(drawing, step)
        case TermSum():
            return _of_terms(page, drawing, stage, step)
        case Chain():
            return _of_one(page, drawing, stage, step)
        case Table():
            return _of_loss(step, len(drawing.steps))
        case _:
            return ""


def _of_places(page: GradientPage, drawing: PatchSum, stage: int, step: int) -> str:
    name, count, row = page.above(stage)[0], int(drawing.values[0].size), drawing.row_of_step(step)
    if step == 0 and page.weight is not None:
        words = tr("The weight was used at {where} of “{name}”: from all these places a gradient comes back.")
        return words.format(where=drawing.where(), name=name)
    if step == 0:
        words = tr("In “{name}” the number counts at {where}: from all these places a gradient comes back.")
        return words.format(where=drawing.where(), name=name)
    if row < 0:
        return _together(page)
    words = (
        tr("{name}: each gradient times what the weight met there; the {count} products make {total}.")
        if page.weight is not None
        else tr("{name}: each gradient times how much this number counts there: {count} products, {total}.")
    )
    return words.format(name=drawing.name(row), count=count, total=figure(drawing.total(row)))


def _of_terms(page: GradientPage, drawing: TermSum, stage: int, step: int) -> str:
    row = drawing.row_of_step(step)
    if step == 0:
        words = tr("Gradients come back from all numbers of “{name}” in which this one counts.")
        return words.format(name=page.above(stage)[0])
    if row < 0:
        return _together(page)
    return tr("Its gradient times how much this number counts there: {total}.").format(
        total=figure(drawing.total(row))
    )


def _of_one(page: GradientPage, drawing: Chain, stage: int, step: int) -> str:
    if page.weight is None and stage >= len(page.trace.targets(page.place.layer)):
        return tr("The gradient of this picture’s loss counts for its share in the batch.")
    if len(drawing.links) < 2 or step >= len(drawing.links):
        return _together(page)
    if step == 0:
        words = tr("This gradient comes back to the number that “{name}” made of ours.")
        return words.format(name=page.above(stage)[0])
    return tr("The slope says how fast that number rises with ours: the gradient is multiplied by it.")


def _of_ways(drawing: TermSum, step: int) -> str:
    row = drawing.row_of_step(step)
    if step == 0:
        return tr("The number was used by several layers: what comes back from each of them is added.")
    if row < 0:
        return tr("Together that is the gradient of this number.")
    return tr("{name} brings {total}.").format(name=drawing.called(row), total=figure(drawing.total(row)))


def _of_loss(step: int, steps: int) -> str:
    if step < steps - 1:
        return ""
    return tr("The slope says how fast the loss rises with each score. Here the gradient starts.")


def _together(page: GradientPage) -> str:
    if len(page.explanation.stages) > 1:
        return tr("That is what comes back along this way.")
    if page.weight is not None:
        return tr("Together that is the gradient of the weight: the optimizer gets this number.")
    return tr("Together that is the gradient of this number: how fast the loss rises with it.")
