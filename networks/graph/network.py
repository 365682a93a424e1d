"""A network as a value: layers by name, and for each the names of the layers it takes its inputs from."""

from __future__ import annotations

import contextlib
import graphlib
import heapq
import keyword
import re
from collections.abc import Iterable
from functools import cached_property
from typing import Annotated

import msgspec
from msgspec import Meta

from networks.blocks import AnyBlock
from networks.core.message import Message, UserError, message
from networks.graph.walk import reached
from networks.layers import AnyLayer
from networks.layers.base import Layer

_PART = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
NAME = rf"^{_PART}(\.{_PART}){{0,15}}$"
Name = Annotated[
    str,
    Meta(
        pattern=NAME,
        title="Name",
        description="The layer's path in the module, its weights and exported code, such as layer1.0.conv1.",
    ),
]
FoldName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        title="Name",
        description="What the block or group is called on the canvas.",
    ),
]

# fmt: off
RESERVED = frozenset((
    "T", "T_destination", "add_module", "add_submodule", "apply", "bfloat16", "bias", "buffers",
    "call_super_init", "children", "code", "compile", "cpu", "cuda", "delete_all_unused_submodules",
    "delete_submodule", "double", "dump_patches", "eval", "extra_repr", "float", "forward",
    "get_buffer", "get_extra_state", "get_parameter", "get_submodule", "graph", "half", "ipu",
    "load_state_dict", "meta", "modules", "mtia", "named_buffers", "named_children", "named_modules",
    "named_parameters", "parameters", "print_readable", "recompile", "register_backward_hook",
    "register_buffer", "register_forward_hook", "register_forward_pre_hook",
    "register_full_backward_hook", "register_full_backward_pre_hook",
    "register_load_state_dict_post_hook", "register_load_state_dict_pre_hook", "register_module",
    "register_parameter", "register_state_dict_post_hook", "register_state_dict_pre_hook",
    "requires_grad_", "self", "set_extra_state", "set_submodule", "shape_env", "share_memory", "state_dict",
    "to", "to_empty", "to_folder", "train", "training", "type", "xpu", "zero_grad",
))
# fmt: on
"""Names that torch.nn.Module and torch.fx.GraphModule use themselves; a layer cannot have them."""

MOST_NESTED = 32
"""Folds within each other. A node counts in every fold around it, so that this bounds the time folds take; it
is twice as many as a name has parts, where those drawn by hand or found in a module are a handful."""


class Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """One layer in its place. `inputs` are the names of the nodes it takes its inputs from, in order.

    `name` is its path in the torch module, so that the keys of its weights begin with it. `fold` names the
    innermost fold it lies in. What is `frozen` is not trained: its weights and running statistics stay.
    """

    name: Name
    layer: AnyLayer
    inputs: tuple[Name, ...] = ()
    fold: str = ""
    frozen: bool = False


class Fold(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Nodes that can be shown as one card. Folding changes nothing in the network, only in the picture.

    With a `block` the nodes are what the block makes of its parameters; without, it is a group that belongs
    to the user. `within` names the fold that this one lies in. Which folds are open is the canvas's business.
    """

    name: FoldName
    block: AnyBlock | None = None
    within: str = ""


class Wire(msgspec.Struct, frozen=True, order=True, cache_hash=True):
    """From `source` to the input `index` of `target`."""

    source: str
    target: str
    index: int


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Nodes in the order in which they were built; an edit makes a new network (see networks.graph.edits).

    Names are unique and every input names a node. Nothing else is promised: a network may have loose layers,
    wrong sizes, loops. Raises UserError where a promise is broken.
    """

    nodes: tuple[Node, ...] = ()
    folds: tuple[Fold, ...] = ()

    def __post_init__(self) -> None:
        if len(self.by_name) < len(self.nodes):
            seen: set[str] = set()
            twice = next(n.name for n in self.nodes if n.name in seen or seen.add(n.name))  # type: ignore[func-returns-value]
            raise UserError(
                message("Two layers have the name “{name}”; each needs a name of its own.", name=twice)
            )
        for node in self.nodes:
            problem = name_problem(node.name)
            if problem:
                raise UserError(problem)
            for source in node.inputs:
                if source not in self.by_name:
                    raise UserError(
                        message(
                            "“{name}” takes its input from “{source}”, but there is no such layer.",
                            name=node.name,
                            source=source,
                        )
                    )
        for holder in self.holders:
            if holder in self.by_name:
                inner = next(name for name in self.by_name if name.startswith(holder + "."))
                raise UserError(
                    message(
                        "“{inner}” would lie within layer “{outer}”: choose another name for one of them.",
                        inner=inner,
                        outer=holder,
                    )
                )
        if self.folds or any(node.fold for node in self.nodes):
            self._check_folds()

    def _check_folds(self) -> None:
        for fold in self.folds:
            if problem := fold_problem(fold.name):
                raise UserError(problem)
            if fold.name in self.by_name or self.by_fold[fold.name] is not fold:
                raise UserError(
                    message(
                        "“{name}” is the name of two things; each fold needs a name of its own.",
                        name=fold.name,
                    )
                )
        self._check_depths()
        for node in self.nodes:
            if node.fold and node.fold not in self.by_fold:
                raise UserError(message("“{name}” does not lie in a fold that is there.", name=node.name))

    def _check_depths(self) -> None:
        depths = {"": 0}
        for fold in self.folds:
            # from here outwards, as far as nobody has been before
            chain: dict[str, None] = {}
            name = fold.name
            while name not in depths:
                if name not in self.by_fold or name in chain:
                    inner = next(reversed(chain))
                    raise UserError(message("“{name}” does not lie in a fold that is there.", name=inner))
                chain[name] = None
                name = self.by_fold[name].within
            for depth, inner in enumerate(reversed(chain), depths[name] + 1):
                depths[inner] = depth
                if depth > MOST_NESTED:
                    raise UserError(
                        message(
                            "Expected at most {most} groups within each other, got one more with “{name}”: "
                            "take some of them out.",
                            most=MOST_NESTED,
                            name=inner,
                        )
                    )

    @cached_property
    def by_fold(self) -> dict[str, Fold]:
        """Every fold under its name."""
        return {fold.name: fold for fold in self.folds}

    @cached_property
    def folded(self) -> dict[str, tuple[str, ...]]:
        """The names of the nodes in each fold and the folds within it, in the order of the network."""
        found: dict[str, list[str]] = {fold.name: [] for fold in self.folds}
        for node in self.nodes:
            for fold in self.around(node.fold):
                found[fold].append(node.name)
        return {name: tuple(names) for name, names in found.items()}

    def around(self, fold: str) -> tuple[str, ...]:
        """This fold and those that it lies in, the innermost first; nothing for the empty name."""
        found = []
        while fold:
            found.append(fold)
            fold = self.by_fold[fold].within
        return tuple(found)

    @cached_property
    def by_name(self) -> dict[str, Node]:
        """Every node under its name."""
        return {node.name: node for node in self.nodes}

    @cached_property
    def holders(self) -> frozenset[str]:
        """The paths that names lie in, such as `layer1` and `layer1.0` of `layer1.0.conv1`."""
        return frozenset(name[:at] for name in self.by_name for at, sign in enumerate(name) if sign == ".")

    @cached_property
    def consumers(self) -> dict[str, tuple[Wire, ...]]:
        """The wires that leave each node."""
        leaving: dict[str, list[Wire]] = {node.name: [] for node in self.nodes}
        for wire in self.wires:
            leaving[wire.source].append(wire)
        return {name: tuple(wires) for name, wires in leaving.items()}

    @cached_property
    def wires(self) -> tuple[Wire, ...]:
        """Every wire, by target and input."""
        return tuple(
            Wire(source, node.name, index) for node in self.nodes for index, source in enumerate(node.inputs)
        )

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Names so that inputs come before their consumers; what lies on a loop, or behind one, is left out.

        Where several orders are possible the order of `nodes` decides: it is the answer wherever it can be.
        """
        sorter = graphlib.TopologicalSorter({node.name: node.inputs for node in self.nodes})
        with contextlib.suppress(graphlib.CycleError):
            sorter.prepare()  # on a loop it still hands out what is not behind it; `check` names the loop
        rank = {node.name: index for index, node in enumerate(self.nodes)}
        names: list[str] = []
        ready = [(rank[name], name) for name in sorter.get_ready()]
        heapq.heapify(ready)
        while ready:
            _, name = heapq.heappop(ready)
            names.append(name)
            sorter.done(name)
            for freed in sorter.get_ready():
                heapq.heappush(ready, (rank[freed], freed))
        return tuple(names)

    @cached_property
    def looped(self) -> frozenset[str]:
        """The nodes that lie on a loop, and not only behind one."""
        left = self.by_name.keys() - set(self.order)
        # Kosaraju and Sharir: go back along the wires; then, beginning with what was left last, go on along
        # them: what is met there for the first time leads back, too
        finished: list[str] = []
        unseen = set(left)
        for start in left:
            path = [(start, iter(self.by_name[start].inputs))] if start in unseen else []
            unseen.discard(start)
            while path:
                name, inputs = path[-1]
                source = next((source for source in inputs if source in unseen), None)
                if source is None:
                    finished.append(name)
                    path.pop()
                else:
                    unseen.remove(source)
                    path.append((source, iter(self.by_name[source].inputs)))

        def onwards(name: str) -> list[str]:
            return [wire.target for wire in self.consumers[name] if wire.target in left]

        found: set[str] = set()
        for start in reversed(finished):
            if start not in left:
                continue
            circle = reached([start], onwards)
            left.difference_update(circle)
            if len(circle) > 1 or start in self.by_name[start].inputs:
                found.update(circle)
        return frozenset(found)

    @cached_property
    def contributing(self) -> frozenset[str]:
        """The nodes that some Output depends on; the others take no part in training."""
        return self.upstream(
            node.name
            for node in self.nodes
            if node.layer.ends
            and (node.inputs or node.layer.stem == "output")  # an auxiliary one may be loose
        )

    def __contains__(self, name: object) -> bool:
        return name in self.by_name

    def __getitem__(self, name: str) -> Node:
        return self.by_name[name]

    def with_nodes(self, nodes: Iterable[Node]) -> Network:
        """These nodes in place of its own; folds that nothing lies in any more are gone."""
        kept = tuple(nodes)
        if not self.folds:
            return Network(kept)
        used: set[str] = set()
        for fold in {node.fold for node in kept}:
            used.update(self.around(fold))
        return Network(kept, tuple(fold for fold in self.folds if fold.name in used))

    def of_type(self, kind: type[Layer]) -> tuple[Node, ...]:
        """The nodes whose layer is of this type."""
        return tuple(node for node in self.nodes if isinstance(node.layer, kind))

    def upstream(self, names: Iterable[str]) -> frozenset[str]:
        """These nodes and all that they depend on."""
        return reached(names, lambda name: self.by_name[name].inputs)

    def downstream(self, names: Iterable[str]) -> frozenset[str]:
        """These nodes and all that depend on them."""
        return reached(names, lambda name: [wire.target for wire in self.consumers[name]])


def name_problem(name: str) -> Message | None:
    """Why a layer cannot have this name, or None where it can."""
    if not re.match(NAME, name) or name.endswith("\n"):
        return message(
            "Expected a name of 1 to 64 letters A–Z, digits, underscores and hyphens that starts with a "
            "letter or digit, or several of them with dots between, got “{name}”: try “conv1”.",
            name=name,
        )
    for part in name.split("."):
        if keyword.iskeyword(part):
            return message(
                "“{name}” is a word of Python, which the module is written in: try “{better}”.",
                name=part,
                better=part + "_1",
            )
        if part in RESERVED:
            return message(
                "“{name}” is a name that torch.nn.Module uses itself: try “{better}”.",
                name=part,
                better=part + "_1",
            )
    return None


def fold_problem(name: str) -> Message | None:
    """Why a block or group cannot have this name, or None where it can."""
    if name.strip() and len(name) <= 64 and name.isprintable():
        return None
    return message("Expected a name of 1 to 64 printable signs, got “{name}”.", name=name[:64])
