"""Taps: what leaves each layer while images go through a network, which stays exactly as it was."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple

import torch
from torch import Tensor, fx, nn
from torch.func import functional_call

from networks.graph.network import Network
from networks.graph.walk import reached
from networks.insight.own_numbers import OwnNumbers
from networks.layers.ends import AuxiliaryOutput, Output
from networks.xray.capture import Capture, Numbers

Take = Callable[[str, tuple[Tensor, ...], Tensor], None]
"""Is given a layer's name, what came in and what left it, n×… each; must not write into them."""
Change = Callable[[str, tuple[Tensor, ...], Tensor], Tensor]
"""Is given the same, and gives what the layers behind it get instead."""
Between = Callable[[], None]
"""Is called before each layer; what it raises breaks the pass off."""


class _Step(NamedTuple):
    """One operation of the graph, and whose values nobody needs after it.

    `plain` are its arguments where they are other nodes and nothing else, as those of most layers.
    """

    node: fx.Node
    call: Callable[..., Any]
    done_with: tuple[fx.Node, ...]
    plain: tuple[fx.Node, ...] | None


class _How(NamedTuple):
    """How a pass is made; see `Taps.run`."""

    training: bool
    seed: int
    change: Change | None = None
    between: Between | None = None
    gradients: bool = False


class Taps:
    """Runs images through a module that `build` made, and hands out what leaves each layer.

    It computes what `build` declares, with nothing written over: in evaluation mode unless told otherwise.
    Weights, buffers, gradients, modes and torch's global random numbers are afterwards as they were before,
    so a run may be looked into between two of its steps. Memory: what one forward pass holds at a time.

    For one thread at a time, and not while another thread uses the module.
    """

    def __init__(self, module: fx.GraphModule, network: Network) -> None:
        """The module must have been built from this network."""
        self._module = module
        self._frozen = frozenset(node.name for node in network.nodes if node.frozen)
        self._nodes: dict[str, fx.Node] = {
            node.meta["name"]: node for node in module.graph.nodes if "name" in node.meta
        }
        self._passes_on = _passed_on(network)
        self._parts = [
            (part, _is_frozen(path, self._frozen) and _holds_tensors(part))
            for path, part in module.named_modules()
        ]
        """All parts, and whether they stay in evaluation mode."""
        self._plans: dict[frozenset[str], list[_Step]] = {}

    @property
    def names(self) -> frozenset[str]:
        """The layers that have an output: those that the scores depend on."""
        ends = {name for name, source in self._passes_on.items() if source in self._nodes}
        return frozenset(self._nodes) | ends

    def run(
        self,
        images: Tensor,
        names: Collection[str],
        take: Take,
        *,
        training: bool = False,
        seed: int = 0,
        change: Change | None = None,
        between: Between | None = None,
        gradients: bool = False,
    ) -> None:
        """Hands out these layers in the order in which they are computed; computes nothing else.

        What layers give goes through `change` first, where there is one. With `gradients` torch remembers how
        it was computed, so that gradients can be asked for.

        In `training` mode layers compute as while training, with the images as their batch, and draw their
        random numbers from `seed`; frozen ones with statistics stay in evaluation mode, as in a run. Names
        without an output are left out.
        """
        wanted = self._wanted(names)
        values: dict[str, Tensor] = {}

        def look(node: fx.Node, value: Tensor) -> None:
            name = node.meta.get("name")
            if name is None:
                return
            inputs = tuple(values[source] for source in node.meta["sources"])
            values[name] = value
            for told in wanted.get(name, ()):
                take(told, (value,) if told != name else inputs, value)

        how = _How(training, seed, change, between, gradients)
        self._drive(images, frozenset(wanted), look, values, how)

    def capture(self, images: Tensor, name: str, *, training: bool = False, seed: int = 0) -> Capture:
        """All that one layer computed with. Raises KeyError where it has no output."""
        found = self.captures(images, (name,), training=training, seed=seed)
        return found[name]

    def captures(
        self,
        images: Tensor,
        names: Collection[str],
        *,
        training: bool = False,
        seed: int = 0,
        own_weights: bool = False,
        take: Take | None = None,
    ) -> dict[str, Capture]:
        """All that these layers computed with, in the order in which they were computed.

        What one layer gives and another takes is the same array. Names without an output are left out. With
        `own_weights` the captures share the module's weights, which must not change as long as they are used,
        and its outputs as they lie in memory. `take` is handed each of these layers, as by `run`.
        """
        numbers_of = _shared if own_weights else _numpy
        wanted = self._wanted(names)
        values: dict[str, Tensor] = {}
        arrays: dict[str, Numbers] = {}
        found: dict[str, Capture] = {}
        numbers = OwnNumbers(seed, images.device)

        def array_of(name: str) -> Numbers:
            if name not in arrays:
                arrays[name] = numbers_of(values[name])
            return arrays[name]

        def look(node: fx.Node, value: Tensor) -> None:
            label = node.meta.get("name")
            if label is None:
                return
            values[label] = value
            for name in wanted.get(label, ()):
                own = name == label
                sources = node.meta["sources"] if own else (label,)
                found[name] = Capture(
                    name,
                    tuple(array_of(each) for each in sources),
                    self._weights(label, own_weights) if own else {},
                    self._trains(label, training),
                    tuple(map(_numpy, numbers.drawn)) if own else (),
                    array_of(label),
                )
                if take is not None:
                    take(name, tuple(values[each] for each in sources), value)

        self._drive(images, frozenset(wanted), look, values, _How(training, seed), numbers)
        return found

    # -- which

    def _wanted(self, names: Collection[str]) -> dict[str, list[str]]:
        """For each layer that computes something: under which names its output is wanted."""
        found: dict[str, list[str]] = {}
        for name in names:
            inner = self._passes_on.get(name, name)
            if inner in self._nodes:
                found.setdefault(inner, []).append(name)
        return found

    def _trains(self, name: str, training: bool) -> bool:
        if not training:
            return False
        held = self._part(name)
        return not (name in self._frozen and held is not None and _holds_tensors(held))

    def part(self, name: str) -> nn.Module | None:
        """The module of a layer; None where it has none, as functions and the ends of the network."""
        return self._part(name) if name in self._nodes else None

    def _part(self, name: str) -> nn.Module | None:
        node = self._nodes[name]
        return self._module.get_submodule(str(node.target)) if node.op == "call_module" else None

    def _weights(self, name: str, shared: bool) -> Mapping[str, Numbers]:
        numbers = _shared if shared else _numpy
        part = self._part(name)
        if part is not None:
            return {key: numbers(tensor) for key, tensor in part.state_dict().items()}
        own = dict(self._module.named_parameters()).get(name)
        return {} if own is None else {"": numbers(own)}

    # -- the pass

    def _drive(
        self,
        images: Tensor,
        names: frozenset[str],
        look: Callable[[fx.Node, Tensor], None],
        values: dict[str, Tensor],
        how: _How,
        numbers: OwnNumbers | None = None,
    ) -> None:
        """`look` is told every value; `values` loses those of layers that nothing needs any more."""
        numbers = numbers or OwnNumbers(how.seed, images.device)
        training, change, between = how.training, how.change, how.between
        env: dict[fx.Node, Any] = {}

        def value_of(node: fx.Node) -> Any:
            return env[node]

        recording = torch.enable_grad() if how.gradients else torch.no_grad()
        with recording, self._mode(training), numbers if training else nullcontext():
            for node, call, done_with, plain in self._plan(names):
                if between is not None:
                    between()
                if node.op == "placeholder":
                    found = images
                elif node.op == "get_attr":
                    found = call()
                elif plain is not None and not training:
                    found = call(*[env[source] for source in plain])
                else:
                    numbers.drawn.clear()
                    numbers.keeps = training
                    args = fx.node.map_arg(node.args, value_of)
                    kwargs = fx.node.map_arg(node.kwargs, value_of) if node.kwargs else {}
                    found = call(*args, **kwargs)
                    numbers.keeps = False
                if change is not None and "name" in node.meta:
                    inputs = tuple(values[source] for source in node.meta["sources"])
                    found = change(node.meta["name"], inputs, found)
                env[node] = found
                look(node, found)
                for other in done_with:
                    del env[other]
                    values.pop(other.meta.get("name", ""), None)

    def _plan(self, names: frozenset[str]) -> list[_Step]:
        """The steps that these layers need. Plans of the last few wishes are kept."""
        if names not in self._plans:
            if len(self._plans) > 8:
                self._plans.clear()
            self._plans[names] = self._planned(names)
        return self._plans[names]

    def _planned(self, names: frozenset[str]) -> list[_Step]:
        ends = [self._nodes[name] for name in names]
        # a layer's sources are looked at, too, so they live as long as it needs them
        needed = reached(ends, lambda node: (*node.all_input_nodes, *self._sources(node)))
        order = [node for node in self._module.graph.nodes if node in needed]
        last: dict[fx.Node, fx.Node] = {}
        for node in order:
            for source in (node, *node.all_input_nodes, *self._sources(node)):
                last[source] = node
        free: dict[fx.Node, list[fx.Node]] = {}
        for source, node in last.items():
            free.setdefault(node, []).append(source)
        return [_Step(node, self._call(node), tuple(free.get(node, ())), _plain(node)) for node in order]

    def _sources(self, node: fx.Node) -> tuple[fx.Node, ...]:
        return tuple(self._nodes[name] for name in node.meta.get("sources", ()))

    def _call(self, node: fx.Node) -> Callable[..., Any]:
        target = node.target
        if node.op == "call_module":
            return _Untouched(self._module.get_submodule(str(target)))
        if node.op == "get_attr":
            path, _, attribute = str(target).rpartition(".")
            holder = self._module.get_submodule(path)
            return lambda: getattr(holder, attribute)
        if node.op == "placeholder":
            return lambda images: images
        assert callable(target), "built graphs call modules and functions"
        return target

    @contextmanager
    def _mode(self, training: bool) -> Iterator[None]:
        """Brings all parts into the mode, and afterwards back into that in which each of them was."""
        # not by `train`, which knows one mode for all; and past torch's slow way to set an attribute
        before = [part.__dict__["training"] for part, _ in self._parts]
        for part, stays in self._parts:
            part.__dict__["training"] = training and not stays
        try:
            yield
        finally:
            for (part, _), was in zip(self._parts, before, strict=True):
                part.__dict__["training"] = was


class _Untouched:
    """Calls a module whose buffers stay as they are: in training mode BatchNorm would move its statistics."""

    def __init__(self, part: nn.Module) -> None:
        self._part = part
        self._has_buffers = next(part.buffers(), None) is not None

    def __call__(self, *inputs: Tensor) -> Any:
        if not (self._has_buffers and self._part.training):
            return self._part(*inputs)
        copies = {name: buffer.clone() for name, buffer in self._part.named_buffers()}
        return functional_call(self._part, copies, inputs)


def _plain(node: fx.Node) -> tuple[fx.Node, ...] | None:
    """The arguments of a node where all of them are nodes."""
    plain = tuple(each for each in node.args if isinstance(each, fx.Node))
    return plain if len(plain) == len(node.args) and not node.kwargs else None


def _passed_on(network: Network) -> dict[str, str]:
    """For each end of the network: the layer whose output it passes on."""
    found: dict[str, str] = {}
    for name in network.order:
        node = network[name]
        if isinstance(node.layer, Output | AuxiliaryOutput) and node.inputs:
            found[name] = found.get(node.inputs[0], node.inputs[0])
    return found


def _is_frozen(path: str, frozen: Collection[str]) -> bool:
    while path and path not in frozen:
        path = path.rpartition(".")[0]
    return bool(path)


def _holds_tensors(part: nn.Module) -> bool:
    return bool([*part.parameters(recurse=False), *part.buffers(recurse=False)])


def _numpy(tensor: Tensor) -> Numbers:
    """A copy in plain order: what is looked at may be changed by the next step."""
    found: Numbers = tensor.detach().to("cpu", memory_format=torch.contiguous_format, copy=True).numpy()
    return found


def _shared(tensor: Tensor) -> Numbers:
    """The numbers themselves where they lie in memory, and a copy of those on another device."""
    found: Numbers = tensor.detach().cpu().numpy()
    return found
