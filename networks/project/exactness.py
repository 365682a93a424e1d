"""What keeps a run from being repeated or gone on with to the last bit, wherever it is trained again."""

from __future__ import annotations

from collections.abc import Iterator

from networks.core.message import Message, message, plural
from networks.graph.check import check
from networks.project.project import Project
from networks.runs.kept.environment import joined

_MOST_NAMED = 3
"""So many layers are named; of more, how many there are."""


def inexact(project: Project) -> tuple[Message, ...]:
    """Why two runs of this project differ by chance on the same machine; empty where they do not.

    On NVIDIA GPUs the backward passes of a few layers add up numbers in no fixed order, and torch has no
    others (`torch.use_deterministic_algorithms` names them). torch.compile chooses there among programs by
    how long they take.
    """
    machine = project.recipe.machine
    if machine.device != "cuda":
        return ()
    found = []
    if layers := [*_adding_in_any_order(project)]:
        found.append(
            message(
                "on an NVIDIA GPU torch adds up the gradients of {layers} in no fixed order",
                layers=_list(layers),
            )
        )
    if machine.compile:
        found.append(
            message(
                "torch.compile chooses programs for a GPU by their speed, and may choose others each time"
            )
        )
    return tuple(found)


def approximately_again(reasons: tuple[Message, ...]) -> Message:
    """What is said before a run is trained again that cannot come out exactly; `reasons` is not empty."""
    return message(
        "It is trained again approximately, and its numbers may differ in the last digits: {reasons}.",
        reasons=joined(reasons),
    )


def _adding_in_any_order(project: Project) -> Iterator[str]:
    """The layers through which a gradient goes on to what is trained before them, by name and type."""
    network = project.network
    report = check(network, project.classes)
    for node in network.nodes:
        known = report.nodes[node.name]
        inputs = tuple(shape for shape in known.inputs if shape is not None)
        if known.output is None or not known.contributing or not known.layer.adds_in_any_order(*inputs):
            continue
        before = network.upstream(node.inputs)
        if any(report.nodes[name].weights and not network[name].frozen for name in before):
            yield f"{node.name} ({type(node.layer).name()})"


def _list(layers: list[str]) -> Message:
    if len(layers) <= _MOST_NAMED:
        return joined(tuple(message("{layer}", layer=layer) for layer in layers))
    return plural(
        "{first} and {count} more layer",
        "{first} and {count} more layers",
        count=len(layers) - 1,
        first=layers[0],
    )
