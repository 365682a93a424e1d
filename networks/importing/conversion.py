"""A traced graph turned into layers, call by call, in the order in which forward makes the calls."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, fx, nn

from networks.core.message import message
from networks.core.shapes import Shape, ShapeError
from networks.importing.aliasing import in_place, shares_memory
from networks.importing.functions import (
    DROPOUTS,
    FUNCTIONS,
    RESHAPES,
    SAME,
    SIZES,
    SPLITS,
    SWAPS,
    layer_of_call,
)
from networks.importing.modules import known, layer_norm, layer_of, made, require
from networks.importing.refusal import UnshowableError, no_layer, refused, tried
from networks.importing.values import BATCH, Flow, Learned, Parts, Reshaped
from networks.layers.base import Layer
from networks.layers.ends import Input
from networks.layers.linear import Flatten, LayerScale
from networks.layers.merge import Concat
from networks.layers.resizing import ChannelShuffle, SliceChannels
from networks.module.build import other_tensor, run


class Entry(NamedTuple):
    """A layer, the entries it takes, and where it stands.

    `path` is the module that it is, where `own`, or the one whose forward calls it.
    """

    layer: Layer
    inputs: tuple[int, ...]
    path: str
    own: bool


class Converted(NamedTuple):
    """All layers, the Input first, and those whose outputs leave: the scores, then the auxiliary ones.

    `classes` is how many numbers each of these gives.
    """

    entries: tuple[Entry, ...]
    scores: tuple[int, ...]
    classes: int


def converted(
    module: nn.Module, graph: fx.Graph, scopes: dict[fx.Node, str], images: Input, training: bool
) -> Converted:
    """The layers of a traced graph. Raises UserError for the first call that cannot be one."""
    parts = dict(module.named_modules())
    for node in graph.nodes:
        if node.op == "call_module" and not known(parts[node.target]):
            raise refused(node.target, no_layer(type(parts[node.target]).__name__).reason)
    return _Conversion(module, parts, scopes, images, training).run(graph)


class _Conversion:
    def __init__(
        self,
        module: nn.Module,
        parts: dict[str, nn.Module],
        scopes: dict[fx.Node, str],
        images: Input,
        training: bool,
    ) -> None:
        self._root = module
        self._parts = parts
        self._scopes = scopes
        self._images = images
        self._training = training
        self._entries: list[Entry] = []
        self._values: dict[fx.Node, Any] = {}
        self._sharing: dict[fx.Node, fx.Node] = {}
        """For each node the first one whose memory its tensor lies in."""

    def run(self, graph: fx.Graph) -> Converted:
        nodes = list(graph.nodes)
        live = _live(nodes, self._parts)
        for place, node in enumerate(nodes):
            if node not in live:
                continue
            path = node.target if node.op == "call_module" else self._scopes.get(node, "")
            try:
                self._values[node] = self._value(node)
                self._share(node)
                if in_place(node, self._parts):
                    self._overwrite(node, nodes[place + 1 :])
            except UnshowableError as error:
                raise refused(path or type(self._root).__name__, error.reason) from error
            except ShapeError as error:
                raise refused(path or type(self._root).__name__, _fits_not(error, self._images)) from error
        flows = self._scores(self._values[nodes[-1]])
        return Converted(tuple(self._entries), tuple(flow.entry for flow in flows), flows[0].shape[0])

    def _scores(self, value: Any) -> list[Flow]:
        several = isinstance(value, tuple | list) and not isinstance(value, Flow)
        flows = [flow for flow in (value if several else (value,)) if flow is not None]
        right = flows and all(isinstance(flow, Flow) and flow.shape == flows[0].shape for flow in flows)
        if not right or len(flows[0].shape) != 1:
            raise refused(
                type(self._root).__name__,
                message("it must give scores, one number for each class, and gives something else"),
            )
        return flows

    def _value(self, node: fx.Node) -> Any:
        args = fx.map_arg(node.args, self._values.__getitem__)
        kwargs = dict(fx.map_arg(node.kwargs, self._values.__getitem__))
        match node.op:
            case "placeholder":
                return self._argument(node)
            case "output":
                return args[0]
            case "get_attr":
                return self._attribute(str(node.target))
            case "call_module":
                return self._module(str(node.target), args, kwargs)
            case _:
                return self._function(node, args, kwargs)

    def _argument(self, node: fx.Node) -> Any:
        if not self._entries:
            return self._add(self._images, (), "", own=False)
        if not node.args:
            raise UnshowableError(message("its forward takes more than images"))
        return node.args[0]

    def _attribute(self, path: str) -> Any:
        holder, _, name = path.rpartition(".")
        owner = self._parts[holder]
        tensor = {**owner._parameters, **owner._buffers}.get(name)
        if tensor is None:
            raise UnshowableError(message("“{path}” is no tensor that a layer could hold", path=path))
        return Learned(path, tensor)

    def _add(self, layer: Layer, flows: tuple[Flow, ...], path: str, *, own: bool) -> Flow:
        shape = layer.shape(*(flow.shape for flow in flows))
        self._entries.append(Entry(layer, tuple(flow.entry for flow in flows), path, own))
        return Flow(len(self._entries) - 1, torch.empty((BATCH, *shape), device="meta"))

    def _module(self, path: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Flow:
        values = (*args, *kwargs.values())
        if len(values) != 1 or not isinstance(values[0], Flow):
            raise UnshowableError(message("it is called with something else than the output of one layer"))
        layer = layer_of(self._parts[path], values[0].shape)
        flow = self._add(layer, values, path, own=True)
        self._refuse_other_tensors(self._parts[path], layer, values[0].shape)
        return flow

    def _refuse_other_tensors(self, part: nn.Module, layer: Layer, x: Shape) -> None:
        """What the part holds must be what the layer will: images may not fit, or it may be parametrized."""
        call = layer.module(x)
        assert call is not None, "a layer that stands for a module makes one"
        with torch.device("meta"):
            ours = run(call)
        if (other := other_tensor(ours.state_dict(), part.state_dict())) is not None:
            name, want, have = other
            raise UnshowableError(
                message(
                    "with images of {size} it would hold {want} as “{name}”, and holds {have}",
                    size=self._images.summary(),
                    want=want,
                    name=name,
                    have=have,
                )
            )

    # -- functions and methods

    def _function(self, node: fx.Node, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        target, path = node.target, self._scopes.get(node, "")
        values = list(_within((args, kwargs)))
        if not any(isinstance(value, Flow | Reshaped | Parts | Learned) for value in values):
            return self._constant(node, args, kwargs)
        if isinstance(target, type) and issubclass(target, tuple):
            return (*args, *kwargs.values())
        x = values[0]
        if target in SAME:
            return x._replace(data=x.data.contiguous()) if isinstance(x, Reshaped) else x
        if isinstance(x, Learned) and not any(isinstance(value, Flow) for value in values):
            raise _unheld(x)
        if target is getattr or target in SIZES:
            return self._size(target, x, args, kwargs)
        if isinstance(x, Parts):
            return self._part(x, args[1], path)
        viewed = self._view(target, x, args, kwargs, path)
        if viewed is not None:
            return viewed
        if any(isinstance(value, Reshaped) for value in values):
            raise UnshowableError(message("it works on axes that no layer has"))
        return self._layer(node, args, kwargs, [v for v in values if isinstance(v, Flow)], path)

    def _view(
        self, target: Any, x: Any, args: tuple[Any, ...], kwargs: dict[str, Any], path: str
    ) -> Flow | Reshaped | Parts | None:
        """The same numbers, or some of them, seen otherwise; None where the call is none of these."""
        if target in RESHAPES:
            return self._reshaped(x, tried(RESHAPES[target], x.data, *args[1:], **kwargs), path)
        if target in SWAPS and (isinstance(x, Reshaped) or x.data.dim() != 4):
            return self._swapped(x, SWAPS[target], args, kwargs)
        if target in SPLITS and isinstance(x, Flow):
            return self._parts_of(x, tried(SPLITS[target], x.data, *args[1:], **kwargs))
        if target is operator.getitem and isinstance(x, Flow):
            return self._slice(x, args[1], path)
        return None

    def _layer(
        self, node: fx.Node, args: tuple[Any, ...], kwargs: dict[str, Any], flows: list[Flow], path: str
    ) -> Flow:
        target: Any = node.target
        learned = {v for v in _within((args, kwargs)) if isinstance(v, Learned)}
        if target is nn.functional.layer_norm:
            return self._layer_norm(*args, **kwargs)
        if learned:
            return self._scaled(target, learned, flows)
        if target in DROPOUTS:
            return self._dropout(DROPOUTS[target], path, *args, **kwargs)
        if target not in FUNCTIONS:
            raise no_layer(target if isinstance(target, str) else target.__name__)
        layer = layer_of_call(FUNCTIONS[target], args, kwargs)
        if isinstance(layer, Concat) and len(flows) == 1:
            return flows[0]
        return self._add(layer, tuple(flows), path, own=False)

    def _constant(self, node: fx.Node, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Arithmetic of sizes, which are plain numbers here."""
        if node.op != "call_function" or not callable(node.target):
            raise no_layer(str(node.target))
        return tried(node.target, *args, **kwargs)

    def _size(self, target: Any, x: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        asked: dict[Any, Callable[..., Any]] = {
            "size": Tensor.size,
            "dim": Tensor.dim,
            "numel": Tensor.numel,
            "shape": Tensor.size,
            "ndim": Tensor.dim,
        }
        if target is getattr:
            if args[1] not in ("shape", "ndim"):
                raise no_layer(str(args[1]))
            return asked[args[1]](x.data)
        return tried(asked[target], x.data, *args[1:], **kwargs)

    def _reshaped(self, x: Flow | Reshaped, data: Tensor, path: str) -> Flow | Reshaped:
        flow = x.flow if isinstance(x, Reshaped) else x
        groups = x.groups if isinstance(x, Reshaped) else 0
        if groups:
            require(data.shape == flow.data.shape, "such a change of axes")
            return self._add(made(ChannelShuffle, groups=groups), (flow,), path, own=False)
        if data.shape == flow.data.shape:
            return flow
        if data.dim() == 2 and data.shape[0] == BATCH:
            return self._add(Flatten(), (flow,), path, own=False)
        return Reshaped(flow, data)

    def _swapped(self, x: Flow | Reshaped, swap: Callable[..., Tensor], args: Any, kwargs: Any) -> Reshaped:
        """Two axes that the channels were parted into, swapped, as for a channel shuffle."""
        data = tried(swap, x.data, *args[1:], **kwargs)
        if isinstance(x, Reshaped) and not x.groups:
            batch, groups, each, *rest = x.data.shape
            # marks in memory tell which axes were swapped even where they are equally long
            parted = x.data.shape == (BATCH, groups, x.flow.shape[0] // groups, *x.flow.shape[1:])
            strides = (x.data.stride(0), x.data.stride(2), x.data.stride(1), *x.data.stride()[3:])
            if parted and data.shape == (batch, each, groups, *rest) and data.stride() == strides:
                return Reshaped(x.flow, data, groups)
        raise UnshowableError(message("it swaps axes in a way that no layer does"))

    def _parts_of(self, x: Flow, pieces: Any) -> Parts:
        bounds, start = [], 0
        for piece in pieces:
            require(piece.shape[2:] == x.data.shape[2:] and piece.shape[0] == BATCH, "split but of channels")
            bounds.append((start, start + piece.shape[1]))
            start = bounds[-1][1]
        return Parts(x, tuple(bounds))

    def _part(self, parts: Parts, index: Any, path: str) -> Flow:
        start, stop = parts.bounds[index]
        return self._sliced(parts.flow, start, stop, path)

    def _slice(self, x: Flow, index: Any, path: str) -> Flow:
        """x[:, start:stop], with the other axes whole."""
        every = slice(None)
        axes = index if isinstance(index, tuple) else (index,)
        plain = len(axes) > 1 and axes[0] == every and all(axis in (every, ...) for axis in axes[2:])
        require(plain and isinstance(axes[1], slice), "index but of channels that follow each other")
        start, stop, step = axes[1].indices(x.shape[0])
        require(step == 1, "step from channel to channel")
        return self._sliced(x, start, stop, path)

    def _sliced(self, x: Flow, start: int, stop: int, path: str) -> Flow:
        if (start, stop) == (0, x.shape[0]):
            return x
        return self._add(made(SliceChannels, start=start, stop=stop), (x,), path, own=False)

    def _layer_norm(
        self, x: Flow, shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
    ) -> Flow:
        """Written out in the forward of a subclass, such as ConvNeXt's over channels that come first."""
        path = weight.path.removesuffix(".weight") if weight is not None else ""
        named = {path + ".weight": weight, path + ".bias": bias}
        require(
            weight is not None and all(v is None or v.path == name for name, v in named.items()),
            "normalization with the parameters of something else",
        )
        layer = layer_norm(tuple(shape), eps, True, bias is not None, x.shape)
        return self._add(layer, (x,), path, own=True)

    def _scaled(self, target: Any, learned: set[Learned], flows: list[Flow]) -> Flow:
        """A bare parameter that every channel is multiplied by."""
        (parameter, *others) = learned
        shape = tuple(parameter.tensor.shape)
        image = len(flows) == 1 and len(flows[0].shape) == 3 and shape == (flows[0].shape[0], 1, 1)
        learns = isinstance(parameter.tensor, nn.Parameter)
        if others or not image or not learns or FUNCTIONS.get(target) is not FUNCTIONS[torch.mul]:
            raise _unheld(parameter)
        layer = made(LayerScale, start=_start(parameter.tensor))
        return self._add(layer, (flows[0],), parameter.path, own=True)

    def _dropout(
        self,
        kind: type[Layer],
        path: str,
        x: Flow,
        p: float = 0.5,
        training: bool = True,
        inplace: bool = False,
    ) -> Flow:
        if training and not self._training:
            raise UnshowableError(
                message("its dropout works in evaluation too; give it training=self.training")
            )
        if not training and self._training:
            return x
        return self._add(made(kind, p=p), (x,), path, own=False)

    # -- calls that write into their input

    def _share(self, node: fx.Node) -> None:
        if node.all_input_nodes and shares_memory(node, self._parts):
            self._sharing[node] = self._memory(node.all_input_nodes[0])

    def _memory(self, node: fx.Node) -> fx.Node:
        return self._sharing.get(node, node)

    def _overwrite(self, node: fx.Node, later: list[fx.Node]) -> None:
        """Who reads the input after this call reads what the call has written there."""
        source = node.all_input_nodes[0]
        memory = self._sharing[node] = self._memory(source)
        for other in self._values:
            if other in (node, source) or self._memory(other) is not memory:
                continue
            if any(other in reader.all_input_nodes for reader in later):
                raise UnshowableError(message("it changes numbers in place that another call still reads"))
        self._values[source] = self._values[node]


def _live(nodes: list[fx.Node], parts: dict[str, nn.Module]) -> set[fx.Node]:
    """The calls that the output depends on, and all that write in place or bring in images."""
    live: set[fx.Node] = set()
    for node in reversed(nodes):
        if node.op in ("output", "placeholder") or node in live or in_place(node, parts):
            live.add(node)
            live.update(node.all_input_nodes)
    return live


def _within(value: Any) -> Iterator[Any]:
    """The values in nested arguments, in order."""
    if isinstance(value, Flow | Reshaped | Parts | Learned):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _within(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _within(item)


def _unheld(value: Learned) -> UnshowableError:
    return UnshowableError(message("it uses “{path}” in a way that no layer does", path=value.path))


def _start(parameter: Tensor) -> float:
    """The one value that the parameter holds everywhere, or else the layer's own."""
    if parameter.is_meta:
        return LayerScale().start
    first = parameter.detach().flatten()[0]
    # the shortest decimal number that is this one in single precision: 1e-06, not 9.999999974752427e-07
    return float(str(first.numpy())) if bool((parameter == first).all()) else LayerScale().start


def _fits_not(error: ShapeError, images: Input) -> Any:
    reason = str(error).rstrip(".")
    return message("with images of {size}: {reason}", size=images.summary(), reason=reason)
