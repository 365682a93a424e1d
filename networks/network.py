"""A network as a value: layers by name, and for each the names of the layers it takes its inputs from."""

from __future__ import annotations

import contextlib
import graphlib
import keyword
import re
from collections.abc import Iterable
from functools import cached_property
from typing import Annotated

import msgspec
from msgspec import Meta

from networks.layers import AnyLayer
from networks.layers.base import Layer
from networks.message import Message, UserError, message

NAME = r"^[A-Za-z0-9][A-Za-z0-9_]{0,63}$"
Name = Annotated[
    str,
    Meta(
        pattern=NAME,
        title="Name",
        description="The layer's name in the module, its weights and exported code.",
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


class Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """One layer in its place. `inputs` are the names of the nodes it takes its inputs from, in order."""

    name: Name
    layer: AnyLayer
    inputs: tuple[Name, ...] = ()


class Wire(msgspec.Struct, frozen=True, order=True, cache_hash=True):
    """From `source` to the input `index` of `target`."""

    source: str
    target: str
    index: int


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Nodes in the order in which they were built; an edit makes a new network (see networks.edits).

    Names are unique and every input names a node. Nothing else is promised: a network may have loose layers,
    wrong sizes, loops. Raises UserError where a promise is broken.
    """

    nodes: tuple[Node, ...] = ()

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

    @cached_property
    def by_name(self) -> dict[str, Node]:
        """Every node under its name."""
        return {node.name: node for node in self.nodes}

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

        Where several orders are possible the order of `nodes` decides, so that the answer is always the same.
        """
        sorter = graphlib.TopologicalSorter({node.name: node.inputs for node in self.nodes})
        with contextlib.suppress(graphlib.CycleError):
            sorter.prepare()  # on a loop it still hands out what is not behind it; `check` names the loop
        rank = {node.name: index for index, node in enumerate(self.nodes)}
        names: list[str] = []
        while ready := sorter.get_ready():
            names += sorted(ready, key=rank.__getitem__)
            sorter.done(*ready)
        return tuple(names)

    @cached_property
    def contributing(self) -> frozenset[str]:
        """The nodes that some Output depends on; the others take no part in training."""
        return self.upstream(node.name for node in self.nodes if type(node.layer).__name__ == "Output")

    def __contains__(self, name: object) -> bool:
        return name in self.by_name

    def __getitem__(self, name: str) -> Node:
        return self.by_name[name]

    def of_type(self, kind: type[Layer]) -> tuple[Node, ...]:
        """The nodes whose layer is of this type."""
        return tuple(node for node in self.nodes if isinstance(node.layer, kind))

    def upstream(self, names: Iterable[str]) -> frozenset[str]:
        """These nodes and all that they depend on."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.by_name[name].inputs
        return frozenset(found)


def name_problem(name: str) -> Message | None:
    """Why a layer cannot have this name, or None where it can."""
    if not re.match(NAME, name) or name.endswith("\n"):
        return message(
            "Expected a name of 1 to 64 letters A–Z, digits and underscores that starts with no underscore, "
            "got “{name}”: try “conv1”.",
            name=name,
        )
    if keyword.iskeyword(name):
        return message(
            "“{name}” is a word of Python, which the module is written in: try “{better}”.",
            name=name,
            better=name + "_1",
        )
    if name in RESERVED:
        return message(
            "“{name}” is a name that torch.nn.Module uses itself: try “{better}”.",
            name=name,
            better=name + "_1",
        )
    return None
