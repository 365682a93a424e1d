"""The lines that freeze layers: no gradients, and running statistics that stay."""

from __future__ import annotations

from collections.abc import Callable

from networks.graph.forward import Operation
from networks.graph.network import Network
from networks.graph.submodules import Submodule, below
from networks.source.classes import access
from networks.source.printing import Written

Wanted = Callable[[Operation], bool | None]
"""Whether an operation is wanted; None where it makes no difference."""


def frozen_lines(network: Network, root: Submodule) -> list[Written]:
    """Statements that switch off the gradients of frozen layers."""

    def wanted(operation: Operation) -> bool | None:
        return network[operation.name].frozen if operation.learns else None

    return [
        Written(f"{access(root, path)}.requires_grad_(False)", names) for path, names in _chosen(root, wanted)
    ]


def train_lines(network: Network, root: Submodule) -> list[Written]:
    """The `train` method that keeps frozen normalization in evaluation mode; nothing where none is frozen."""

    def wanted(operation: Operation) -> bool | None:
        node = network[operation.name]
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


def _chosen(root: Submodule, wanted: Wanted) -> list[tuple[str, tuple[str, ...]]]:
    """The fewest paths that cover all wanted operations and no unwanted one, each with what it covers."""
    found: list[tuple[str, tuple[str, ...]]] = []

    def visit(submodule: Submodule) -> tuple[bool | None, tuple[str, ...]]:
        answers: list[tuple[str, bool | None, tuple[str, ...]]] = []
        for component, child in submodule.children.items():
            answer, names = (wanted(child), (child.name,)) if isinstance(child, Operation) else visit(child)
            answers.append((below(submodule.path, component), answer, names if answer else ()))
        whole = {answer for _, answer, _ in answers} - {None}
        if whole == {True} and submodule is not root:
            return True, tuple(name for _, _, names in answers for name in names)
        found.extend((path, names) for path, answer, names in answers if answer)
        return (False if whole else None), ()

    visit(root)
    return found
