"""What training scripts contain of averaged weights, where the recipe averages them."""

from __future__ import annotations

from typing import NamedTuple

from networks.recipes.recipe import Recipe
from networks.runs.measures import AVERAGED
from networks.source.identifiers import quoted
from networks.source.loop_text import loop_text
from networks.source.printing import literal
from networks.source.speed_text import precise

Lines = tuple[str, ...]


class AveragingLines(NamedTuple):
    """The lines, by where they stand in the script; all empty where nothing is averaged."""

    imports: Lines = ()
    functions: Lines = ()
    before: Lines = ()
    after_step: Lines = ()
    before_judging: Lines = ()
    while_judging: Lines = ()
    after_judging: Lines = ()


def averaging_lines(recipe: Recipe) -> AveragingLines:
    """For this recipe."""
    learning = recipe.learning
    if not learning.averaging:
        return AveragingLines()
    return AveragingLines(
        imports=("import copy",),
        functions=tuple(loop_text("training/printed/averaging.py").values()),
        before=("    averaged = copy.deepcopy(model)",),
        # the first step's weights are copied
        after_step=(f"    average_weights(averaged, model, {literal(learning.averaging)} if step else 0.0)",),
        before_judging=("averages: dict[str, tuple[float, int]] = {}",),
        while_judging=(
            f"    judging = {precise('averaged', recipe.machine)}",
            "    add_to(averages, judge(judging, loss_function, optimizer, images, labels))",
        )
        if recipe.machine.precision != "float32"
        else ("    add_to(averages, judge(averaged, loss_function, optimizer, images, labels))",),
        after_judging=(
            f"rows[-1] |= {{{quoted(AVERAGED)} + name: each for name, each in means(averages).items()}}",
        ),
    )
