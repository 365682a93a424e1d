"""A network as a value: named layers, each with the names of the layers that feed it."""

from __future__ import annotations

import contextlib
import graphlib
import heapq
import keyword
import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property, lru_cache
from itertools import chain
from typing import Annotated

import msgspec
from msgspec import Meta

from networks.blocks import AnyBlock
from networks.core.message import Message, UserError, message, visible
from networks.graph.walk import reached
from networks.layers import AnyLayer
from networks.layers.base import Layer

_PART = r"(?:[A-Za-z0-9][A-Za-z0-9_-]{0,63}|_[A-Za-z0-9][A-Za-z0-9_-]{0,62})"
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
    "_apply", "_backward_hooks", "_backward_pre_hooks", "_boxed_call", "_buffers", "_call_impl", "_code",
    "_compiled_call_impl", "_create_node_hooks", "_deepcopy_hooks", "_deepcopy_init", "_erase_node_hooks",
    "_forward_hooks", "_forward_hooks_always_called", "_forward_hooks_with_kwargs", "_forward_pre_hooks",
    "_forward_pre_hooks_with_kwargs", "_get_abs_string_index", "_get_backward_hooks",
    "_get_backward_pre_hooks", "_get_item_by_idx", "_get_name", "_graph", "_is_full_backward_hook",
    "_lineno_map", "_load_from_state_dict", "_load_state_dict_post_hooks", "_load_state_dict_pre_hooks",
    "_maybe_warn_non_full_backward_hook", "_modules", "_named_members", "_non_persistent_buffers_set",
    "_parameters", "_prologue_start", "_recompile_submodules", "_register_create_node_hook",
    "_register_deepcopy_hook", "_register_erase_node_hook", "_register_load_state_dict_pre_hook",
    "_register_replace_node_hook", "_register_state_dict_hook", "_replace_hooks",
    "_replicate_for_data_parallel", "_save_to_state_dict", "_set_replace_hook", "_slow_forward",
    "_state_dict_hooks", "_state_dict_pre_hooks", "_tracer_cls", "_tracer_extras",
    "_unregister_create_node_hook", "_unregister_deepcopy_hook", "_unregister_erase_node_hook",
    "_unregister_replace_node_hook", "_version", "_wrapped_call", "_wrapped_call_impl",
))
# fmt: on
"""Attributes of torch.nn.Module, its containers and torch.fx.GraphModule, which no layer may be called."""

MOST_NESTED = 32
"""How deeply folds may be nested. A node belongs to every fold around it, so this bounds the time that folds
take. It is twice as many levels as a name can have; groups drawn by hand or found in modules need a
handful."""


class Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """One layer of a network. `inputs` are the names of the nodes whose outputs it takes, in order.

    `name` is its path in the torch module, with which the keys of its weights begin. `fold` names the
    innermost fold around it. A `frozen` node is not trained: it keeps its weights and running statistics.
    """

    name: Name
    layer: AnyLayer
    inputs: tuple[Name, ...] = ()
    fold: str = ""
    frozen: bool = False


class Fold(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Nodes that can be shown as one card. Folding changes only the picture, never the network.

    With a `block`, the nodes are the layers that follow from the block's parameters; without one, the fold is
    a group of the user's. `within` names the fold around this one. Which folds are open is up to the canvas.
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
    """Nodes in the order in which they were added; an edit makes a new network (see networks.graph.edits).

    Names are unique and every input names a node. Nothing else is guaranteed: a network may have loose
    layers, sizes that do not fit, loops. Raises UserError where a guarantee is broken.
    """

    nodes: tuple[Node, ...] = ()
    folds: tuple[Fold, ...] = ()

    def __post_init__(self) -> None:
        if len(self.by_name) < len(self.nodes):
            names = Counter(node.name for node in self.nodes)
            twice = next(name for name, count in names.items() if count > 1)
            raise UserError(
                message("Two layers are called “{name}”; each needs a name of its own.", name=twice)
            )
        by_name = self.by_name
        for node in self.nodes:
            problem = name_problem(node.name)
            if problem:
                raise UserError(problem)
            for source in node.inputs:
                if source not in by_name:
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
                        "Two things are called “{name}”; each block and group needs a name of its own.",
                        name=fold.name,
                    )
                )
        self._check_depths()
        for node in self.nodes:
            if node.fold and node.fold not in self.by_fold:
                raise UserError(
                    message("“{name}” lies in a block or group that does not exist.", name=node.name)
                )

    def _check_depths(self) -> None:
        depths = {"": 0}
        for fold in self.folds:
            # outwards from here, up to a fold whose depth is known
            path: dict[str, None] = {}
            name = fold.name
            while name not in depths:
                if name not in self.by_fold or name in path:
                    inner = next(reversed(path))
                    raise UserError(
                        message("“{name}” lies in a block or group that does not exist.", name=inner)
                    )
                path[name] = None
                name = self.by_fold[name].within
            for depth, inner in enumerate(reversed(path), depths[name] + 1):
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
        around = {fold: self.around(fold) for fold in {node.fold for node in self.nodes}}
        for node in self.nodes:
            for fold in around[node.fold]:
                found[fold].append(node.name)
        return {name: tuple(names) for name, names in found.items()}

    def around(self, fold: str) -> tuple[str, ...]:
        """This fold and those around it, the innermost first; nothing for the empty name."""
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
        """The paths above the nodes, such as `layer1` and `layer1.0` for `layer1.0.conv1`."""
        return frozenset(chain.from_iterable(map(_above, self.by_name)))

    @cached_property
    def consumers(self) -> dict[str, tuple[Wire, ...]]:
        """The wires that leave each node."""
        leaving: dict[str, list[Wire]] = {node.name: [] for node in self.nodes}
        for wire in self.wires:
            leaving[wire.source].append(wire)
        return {name: tuple(wires) for name, wires in leaving.items()}

    @cached_property
    def wires(self) -> tuple[Wire, ...]:
        """Every wire, ordered by target and input."""
        return tuple(
            Wire(source, node.name, index) for node in self.nodes for index, source in enumerate(node.inputs)
        )

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The names in topological order, without what lies on a loop or behind one.

        Where several orders are possible, the one closest to the order of `nodes` is taken.
        """
        if self._in_order():
            return tuple(node.name for node in self.nodes)
        sorter = graphlib.TopologicalSorter({node.name: node.inputs for node in self.nodes})
        with contextlib.suppress(graphlib.CycleError):
            sorter.prepare()  # it still yields what is not behind a loop; `check` names the loop
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

    def _in_order(self) -> bool:
        """Whether every node stands behind its inputs, as nearly always: the nodes are then in `order`."""
        seen: set[str] = set()
        for node in self.nodes:
            if not seen.issuperset(node.inputs):
                return False
            seen.add(node.name)
        return True

    @cached_property
    def looped(self) -> frozenset[str]:
        """The nodes that lie on a loop, not those that only lie behind one."""
        left = self.by_name.keys() - set(self.order)
        # strongly connected components after Kosaraju and Sharir: a depth-first walk against the wires; then,
        # from what was finished last, a walk along them: whatever it newly reaches also leads back
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
        """The nodes that the scores depend on; the others play no part in training."""
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
        """A network with these nodes, without the folds that have become empty."""
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


@lru_cache(maxsize=65_536)
def _above(name: str) -> tuple[str, ...]:
    """The paths above a name."""
    return tuple(name[:at] for at, sign in enumerate(name) if sign == ".")


@lru_cache(maxsize=65_536)
def name_problem(name: str) -> Message | None:
    """Why a layer cannot have this name, or None where it can.

    Cached: every edit makes a network of names of which all but one were there before.
    """
    if not re.match(NAME, name) or name.endswith("\n"):
        return message(
            "Expected a name of 1 to 64 letters A–Z, digits, underscores and hyphens that starts with a "
            "letter, a digit or one underscore, or several of them with dots between, got “{name}”: "
            "try “conv1”.",
            name=name,
        )
    for part in name.split("."):
        if keyword.iskeyword(part):
            return message(
                "“{name}” is a keyword of Python, in which the module is written: try “{better}”.",
                name=part,
                better=part + "_1",
            )
        if part in RESERVED:
            return message(
                "torch.nn.Module uses the name “{name}” itself: try “{better}”.",
                name=part,
                better=part + "_1",
            )
    return None


def fold_problem(name: str) -> Message | None:
    """Why a block or group cannot have this name, or None where it can."""
    if name.strip() and len(name) <= 64 and name.isprintable():
        return None
    return message("Expected a name of 1 to 64 printable characters, got “{name}”.", name=visible(name, 64))
