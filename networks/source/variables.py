"""Names for the values in a forward method, as a person would choose them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from networks.graph.submodules import Statement
from networks.source.identifiers import free, variable_name

X = "x"
_BRANCH = "out"


def variables_of(statements: Sequence[Statement], x: str, kept: Sequence[str]) -> dict[str, str]:
    """A variable for each value of a forward, by the operation that gives it; `kept` are those returned.

    A variable is reused as soon as its value is no longer needed. A path that does not fork keeps its
    variable. Where a path forks, a branch of several layers is `out`, the others are named after their last
    layer; where branches meet, the result is `x` again.
    """
    uses: dict[str, list[int]] = defaultdict(list)
    for index, statement in enumerate(statements):
        for source in dict.fromkeys(statement.inputs):
            uses[source].append(index)
    for value in kept:
        uses[value].append(len(statements))
    merges = [len(set(statement.inputs)) > 1 for statement in statements] + [True]

    found = {x: X}
    holding = {X: x}
    """Variables whose values are still needed."""
    for index, statement in enumerate(statements):
        value = statement.output
        sources = tuple(dict.fromkeys(statement.inputs))
        last = [source for source in sources if uses[source][-1] == index]
        for source in last:
            del holding[found[source]]
        goes_on = len(uses[value]) == 1 and not merges[uses[value][0]]
        meets = len(uses[value]) == 1 and uses[value][0] < len(statements) and merges[uses[value][0]]
        if len(sources) == 1 and last and (len(uses[sources[0]]) == 1 or goes_on or not meets):
            name = found[sources[0]]
        elif len(sources) > 1 and X not in holding:
            name = X
        elif len(sources) > 1 and last:
            name = found[last[0]]
        elif goes_on and len(sources) == 1 and _BRANCH not in holding:
            name = _BRANCH
        else:
            last_path = _end_of_branch(statements, index, uses, merges).path
            name = free(variable_name(last_path.rpartition(".")[2]), holding)
        found[value] = name
        holding[name] = value
    return found


def _end_of_branch(
    statements: Sequence[Statement], index: int, uses: dict[str, list[int]], merges: Sequence[bool]
) -> Statement:
    while len(after := uses[statements[index].output]) == 1 and not merges[after[0]]:
        index = after[0]
    return statements[index]
