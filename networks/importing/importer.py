"""A torch module as a network: its layers, under its names, wired as its forward calls them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from torch import nn

from networks.core.decoding import typed
from networks.core.fields import field_at
from networks.core.message import UserError, message
from networks.core.shapes import Shape
from networks.graph.check import check
from networks.graph.network import Network, Node
from networks.graph.walk import reached
from networks.importing.converting.conversion import converted
from networks.importing.naming.entries import Converted, Entry
from networks.importing.naming.hierarchy import folded
from networks.importing.naming.node_names import named
from networks.importing.proving.equality import Proof, prove_equal
from networks.importing.refusal import first_line, is_wish_to_stop, refused
from networks.importing.side_effects.exchanged import refuse_exchanged
from networks.importing.side_effects.left_behind import kept
from networks.importing.side_effects.own_ways import refuse_own_ways
from networks.importing.side_effects.surroundings import left_alone
from networks.importing.tracing.stand_ins import stand_ins
from networks.importing.tracing.tracing import traced
from networks.layers.ends import AuxiliaryOutput, Input, Output


def imported(
    module: nn.Module,
    size: Shape = (3, 224, 224),
    *,
    auxiliary: float = 0.3,
    normalize: str = "data",
    alone: bool = True,
) -> Network:
    """The network that a module computes for images channels×height×width, layer by layer.

    The keys of its weights are the module's, its outputs too, in training and in evaluation. The layer that
    makes the scores makes one per class of the data. Scores that forward gives in training only, or
    behind the first, become auxiliary outputs whose loss counts `auxiliary`. `normalize` is the Input's
    scale. What forward never calls is left out. A layer whose weights get no gradients becomes a frozen one;
    a BatchNorm must stay in evaluation mode as well, as a frozen one does. Where other code runs in this
    process meanwhile, `alone` is false, and settings of the process are not watched.

    At the end both are run side by side on random images, with random weights: the module's own are not
    needed, and it may lie on the meta device. Raises UserError in one sentence where something cannot be
    shown layer by layer, such as attention, where images do not fit, or where the network is not equal.
    """
    return proved(module, size, auxiliary=auxiliary, normalize=normalize, alone=alone)[0]


def proved(
    module: nn.Module,
    size: Shape,
    *,
    auxiliary: float = 0.3,
    normalize: str = "data",
    alone: bool = True,
) -> tuple[Network, Proof]:
    """As `imported`, and what was compared at the end."""
    images = _input(size, normalize)
    try:
        _refuse_tied(module)
        refuse_own_ways(module)
        if alone:
            refuse_exchanged(module)
        with left_alone(type(module).__name__, alone=alone) as refuse_changes, kept(module):
            found = _imported(module, images, auxiliary, refuse_changes)
        if alone:
            refuse_exchanged(module)
        return found
    except UserError:
        raise
    except BaseException as error:
        if is_wish_to_stop(error):
            raise
        # whatever nobody thought of: the user's module did it, and the user gets a sentence
        reason = message("it does something that is not known ({reason})", reason=first_line(error))
        raise refused(type(module).__name__, reason) from error


def _imported(
    module: nn.Module, images: Input, auxiliary: float, refuse_changes: Callable[[], None]
) -> tuple[Network, Proof]:
    with kept(module):
        others = stand_ins(module)
    training, judged = (
        converted(module, *traced(module, mode, images.shape(), others), images, mode, others)
        for mode in (True, False)
    )
    refuse_changes()
    if _main(training) != _main(judged):
        raise refused(
            type(module).__name__,
            message("in evaluation its forward computes something else than in training"),
        )
    network = _network(module, training, auxiliary)
    return network, prove_equal(module, network, training.classes, _order(training.scores))


def _order(scores: tuple[int, ...]) -> list[int]:
    """For each output of the network, which of the module's it is: the network's stand as its layers do."""
    return [0, *sorted(range(1, len(scores)), key=scores.__getitem__)]


def _input(size: Shape, normalize: str) -> Input:
    if len(size) != 3 or size[0] not in (1, 3):
        raise UserError(
            message(
                "Expected images of 1 or 3 channels, got {size}: try 3×224×224.",
                size="×".join(map(str, size)),
            )
        )
    values = {"type": "Input", "channels": size[0], "size": size[1:], "normalize": normalize}
    try:
        return typed(values, Input)
    except msgspec.ValidationError as error:
        raise UserError(
            message(
                "Expected images of up to {most}×{most}, got {size}: try 3×224×224.",
                most=f"{field_at(Input(), 'size').high:.0f}",
                size="×".join(map(str, size)),
            )
        ) from error


def _refuse_tied(module: nn.Module) -> None:
    """Layers do not share weights: each of two modules with one tensor would get a tensor of its own."""
    holders: dict[int, str] = {}
    for path, part in module.named_modules():
        for tensor in part._parameters.values():
            if tensor is not None and (other := holders.setdefault(id(tensor), path)) != path:
                raise refused(path, message("it shares its weights with “{other}”", other=other))


def _main(found: Converted) -> tuple[Entry, ...]:
    """The entries that the main scores depend on, renumbered, so that two graphs can be compared."""
    needed = reached([found.scores[0]], lambda place: found.entries[place].inputs)
    number = {place: index for index, place in enumerate(sorted(needed))}
    return tuple(
        # what is frozen shows in training alone
        entry._replace(inputs=tuple(number[taken] for taken in entry.inputs), frozen=False)
        for place, entry in enumerate(found.entries)
        if place in needed
    )


def _network(module: nn.Module, found: Converted, auxiliary: float) -> Network:
    entries = _with_ends(_per_class(found), found.scores, auxiliary)
    names = named(module, entries)
    flat = Network(
        tuple(
            Node(name, entry.layer, tuple(names[taken] for taken in entry.inputs), frozen=entry.frozen)
            for name, entry in zip(names, entries, strict=True)
        )
    )
    report = check(flat, found.classes)
    if report.findings:
        raise refused(type(module).__name__, report.findings[0].sentence)
    return folded(flat, {name: node.output for name, node in report.nodes.items() if node.output is not None})


def _per_class(found: Converted) -> list[Entry]:
    """The entries, with the layers that make the scores asking for one output per class of the data."""
    entries = list(found.entries)
    for place in found.scores:
        while entries[place].layer.passes_scores:
            (place,) = entries[place].inputs
        layer = entries[place].layer.per_class(found.classes)
        entries[place] = entries[place]._replace(layer=layer)
    return entries


def _with_ends(entries: list[Entry], scores: tuple[int, ...], auxiliary: float) -> list[Entry]:
    """The entries with the Output added at the end, and each auxiliary output after its scores."""
    main, *others = scores
    moved: dict[int, int] = {}
    found: list[Entry] = []
    for place, entry in enumerate(entries):
        moved[place] = len(found)
        found.append(entry._replace(inputs=tuple(moved[taken] for taken in entry.inputs)))
        if place in others:
            holder = entry.path.rpartition(".")[0] if entry.own else entry.path
            found.append(Entry(AuxiliaryOutput(auxiliary), (moved[place],), holder, False))
    return [*found, Entry(Output(), (moved[main],), "", False)]
