"""The lines that keep frozen layers as they are: no gradients, and no new running statistics."""

from __future__ import annotations

from collections.abc import Callable

from networks.graph.forward import Step
from networks.graph.network import Network
from networks.graph.submodules import Part, below
from networks.source.classes import access
from networks.source.printing import Written

Wanted = Callable[[Step], bool | None]
"""Whether a step is wanted; None where it does not matter."""


def frozen_lines(network: Network, root: Part) -> list[Written]:
    """Statements that take gradients away from what is frozen."""

    def wanted(step: Step) -> bool | None:
        return network[step.name].frozen if step.learns else None

    return [
        Written(f"{access(root, path)}.requires_grad_(False)", names) for path, names in _chosen(root, wanted)
    ]


def train_lines(network: Network, root: Part) -> list[Written]:
    """The method that leaves frozen normalization in evaluation mode; none where there is no such layer."""

    def wanted(step: Step) -> bool | None:
        node = network[step.name]
        return node.frozen and node.layer.normalizes_by_batch if node.layer.trains_differently else None

    chosen = _chosen(root, wanted)
    if not chosen:
        return []
    return [
        Written("def train(self, mode: bool = True) -> nn.Module:"),
        Written('    """Frozen layers keep their running statistics, also while the others learn."""'),
        Written("    super().train(mode)"),
        *(Written(f"    {access(root, path)}.eval()", names) for path, names in chosen),
        Written("    return self"),
    ]


def _chosen(root: Part, wanted: Wanted) -> list[tuple[str, tuple[str, ...]]]:
    """As few paths as possible under which lies what is wanted and nothing that is not, with their steps."""
    found: list[tuple[str, tuple[str, ...]]] = []

    def visit(part: Part) -> tuple[bool | None, tuple[str, ...]]:
        answers: list[tuple[str, bool | None, tuple[str, ...]]] = []
        for component, child in part.children.items():
            answer, names = (wanted(child), (child.name,)) if isinstance(child, Step) else visit(child)
            answers.append((below(part.path, component), answer, names if answer else ()))
        whole = {answer for _, answer, _ in answers} - {None}
        if whole == {True} and part is not root:
            return True, tuple(name for _, _, names in answers for name in names)
        found.extend((path, names) for path, answer, names in answers if answer)
        return (False if whole else None), ()

    visit(root)
    return found
