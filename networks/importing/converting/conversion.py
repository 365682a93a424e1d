"""Turns a traced graph into layers, call by call, in the order in which forward makes the calls."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, cast

import torch
from torch import fx, nn

from networks.core.message import UserError, message
from networks.core.shapes import ShapeError
from networks.graph.walk import reached
from networks.importing.calls.functions import (
    RESHAPES,
    SAME,
    SIZES,
    SPLITS,
    SWAPS,
    arguments_of,
    hands_on,
    layer_of_tensor,
    makers_of,
    torchs_name,
)
from networks.importing.calls.modules import known, layer_of
from networks.importing.calls.values import (
    ChannelSlices,
    LayerOutput,
    Learned,
    Reshaped,
    SixTimes,
    Stacked,
    is_sequence,
    within,
    without_numbers,
)
from networks.importing.converting.aliasing import PART_WRITERS, Memory, in_place, live_calls, writes_out
from networks.importing.converting.arithmetic import added_to_zero, difference, scaled
from networks.importing.converting.asking import asked_for
from networks.importing.converting.axes import all_picked, channel_slices, channels_picked, step_of, swapped
from networks.importing.converting.by_hand import clipped, divided, finished, mean, shifted
from networks.importing.converting.growing import GrowingNetwork
from networks.importing.converting.held import TRAINING, arguments_with_tensors, holder_of, of_tensors_alone
from networks.importing.converting.modes import is_frozen, own_weights
from networks.importing.converting.stacking import along_branches, stack
from networks.importing.converting.standardizing import computed_weights
from networks.importing.converting.widening import narrowed, widened
from networks.importing.naming.entries import Converted
from networks.importing.refusal import (
    MisfitError,
    UnshowableError,
    first_line,
    in_words,
    no_layer,
    refused,
    tried,
    with_size,
)
from networks.importing.tracing.tracing import MODE, WRITES_PART
from networks.layers.activation import Hardsigmoid
from networks.layers.ends import Input
from networks.layers.linear import Identity, Scale
from networks.layers.merge import Add, Multiply
from networks.layers.pooling import MaxPool2d


def converted(
    module: nn.Module,
    graph: fx.Graph,
    scopes: dict[fx.Node, str],
    images: Input,
    training: bool,
    others: Mapping[str, nn.Module] = MappingProxyType({}),
) -> Converted:
    """The layers of a traced graph; `others` are modules that do the same as those at their paths.

    Raises UserError for the first call that no layer stands for.
    """
    modules = {**dict(module.named_modules()), **others}
    for node in graph.nodes:
        if node.op == "call_module" and not known(modules[node.target]):
            raise refused(node.target, no_layer(type(modules[node.target]).__name__).reason)
    return _Conversion(module, modules, scopes, images, training).run(graph)


class _Conversion:
    def __init__(
        self,
        module: nn.Module,
        modules: dict[str, nn.Module],
        scopes: dict[fx.Node, str],
        images: Input,
        training: bool,
    ) -> None:
        self._root = module
        self._modules = modules
        self._scopes = scopes
        self._images = images
        self._training = training
        self._network = GrowingNetwork()
        self._values: dict[fx.Node, Any] = {}
        self._memory = Memory(modules)
        self._tensors = dict((*module.named_parameters(remove_duplicate=False), *module.named_buffers()))

    def run(self, graph: fx.Graph) -> Converted:
        nodes = list(graph.nodes)
        live = live_calls(nodes, self._modules)
        for place, node in enumerate(nodes):
            if node not in live:
                continue
            path = node.target if node.op == "call_module" else self._scopes.get(node, "")
            try:
                self._values[node] = self._value(node)
                self._memory.share(node)
                if in_place(node, self._modules):
                    self._memory.overwrite(node, self._values, nodes[place + 1 :])
            except (MisfitError, ShapeError) as error:
                reason = with_size(error, self._images.summary())
                raise refused(path or type(self._root).__name__, reason) from error
            except UserError:
                raise  # a sentence about the module that is to blame
            except UnshowableError as error:
                raise refused(path or type(self._root).__name__, error.reason) from error
            except Exception as error:
                # a form that torch runs and nobody thought of: the culprit is known all the same
                reason = message(
                    "it is called in a way that is not known ({reason})", reason=first_line(error)
                )
                raise refused(path or type(self._root).__name__, reason) from error
        outputs = self._scores(self._values[nodes[-1]])
        self._refuse_unused([output.entry for output in outputs])
        return Converted(
            tuple(self._network.entries), tuple(output.entry for output in outputs), outputs[0].shape[0]
        )

    def _scores(self, value: Any) -> list[LayerOutput]:
        several = isinstance(value, tuple | list) and not isinstance(value, LayerOutput)
        outputs = [output for output in (value if several else (value,)) if output is not None]
        right = outputs and all(
            isinstance(output, LayerOutput) and output.shape == outputs[0].shape for output in outputs
        )
        if not right or len(outputs[0].shape) != 1:
            raise refused(
                type(self._root).__name__,
                message("it must give scores, one number for each class, and gives something else"),
            )
        return outputs

    def _refuse_unused(self, scores: Sequence[int]) -> None:
        """Raises UserError for a layer that no scores depend on: what it does besides would be lost."""
        needed = reached(scores, lambda place: self._network.entries[place].inputs)
        for place, entry in enumerate(self._network.entries):
            if place and place not in needed:
                reason = message("it is called for an effect of its own: the scores do not depend on it")
                raise refused(entry.path or type(self._root).__name__, reason)

    def _value(self, node: fx.Node) -> Any:
        if writes_out(node):
            raise UnshowableError(message("it writes its result into a tensor that is given as “out”"))
        if node.target in PART_WRITERS:
            raise UnshowableError(WRITES_PART)
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
                return self._module(node, args, kwargs)
            case _:
                return self._function(node, args, kwargs)

    def _argument(self, node: fx.Node) -> Any:
        if not self._network.entries:
            return self._network.add(self._images, (), "", own=False)
        if str(node.target).startswith("*") and not node.users:
            return None  # it may be given more, and uses none of it
        if not node.args:
            raise UnshowableError(message("its forward takes more than images"))
        return node.args[0]

    def _attribute(self, path: str) -> Any:
        holder, _, name = path.rpartition(".")
        owner = self._modules[holder]
        tensor = {**owner._parameters, **owner._buffers}.get(name)
        if tensor is None and name.startswith("_tensor_constant"):
            raise UnshowableError(message("it computes with a tensor that its forward makes itself"))
        if tensor is None:
            raise UnshowableError(message("“{path}” is neither a parameter nor a buffer", path=path))
        return Learned(path, tensor, tuple(tensor.shape))

    def _module(self, node: fx.Node, args: tuple[Any, ...], kwargs: dict[str, Any]) -> LayerOutput | SixTimes:
        path = str(node.target)
        if (six := clipped(type(self._modules[path]), args, kwargs)) is not None:
            return six
        values = self._as_layers(self._scopes.get(node, ""), (*args, *kwargs.values()), set())
        if len(values) != 1 or not isinstance(values[0], LayerOutput):
            raise UnshowableError(message("it is called with something else than the output of one layer"))
        layer = layer_of(self._modules[path], values[0].shape)
        if isinstance(layer, Identity) and any(
            path.startswith(f"{entry.path}.") for entry in self._network.owned
        ):
            return values[0]  # a place within a layer, such as for a Dropout behind its norm
        weights = own_weights(layer, values[0].shape, self._tensors, path)
        frozen = is_frozen(layer, node.meta[MODE], self._training, weights)
        return self._network.add(layer, values, path, own=True, frozen=frozen)

    # -- functions and methods

    def _function(self, node: fx.Node, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        target, path = node.target, self._scopes.get(node, "")
        values = list(within((args, kwargs)))
        if not values:
            return self._constant(node, args, kwargs)
        if isinstance(target, type) and issubclass(target, tuple):
            return (*args, *kwargs.values())
        return self._computed(target, args, kwargs, path)

    def _computed(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], path: str) -> Any:
        """What a function gives that is called with what layers give."""
        values = list(within((args, kwargs)))
        x = values[0]
        if target in SAME or hands_on(target, args, kwargs):
            return x._replace(data=x.data.contiguous()) if isinstance(x, Reshaped | Stacked) else x
        if target is getattr or target in SIZES:
            return asked_for(target, x, args, kwargs)
        if all(isinstance(value, Learned) for value in values):
            return of_tensors_alone(target, x, args, kwargs)
        if target is operator.getitem and is_sequence(args[0]):
            return tried(operator.getitem, *args)
        if any(isinstance(value, ChannelSlices) for value in values):
            return self._of_parts(target, args, kwargs, path)
        if (begun := self._by_hand(target, args, kwargs, path)) is not None:
            return begun
        sizes = {tuple(v.data.shape) for v in values if isinstance(v, LayerOutput)}
        args = self._as_layers(path, args, sizes if {Add, Multiply} & {*makers_of(target)} else set())
        x = next(within((args, kwargs)))
        if (viewed := self._view(target, x, args, kwargs, path)) is not None:
            return viewed
        if (joined := self._along_branches(target, args, kwargs, path)) is not None:
            return joined
        if any(isinstance(value, Reshaped | Stacked) for value in values):
            raise UnshowableError(message("it works on axes that no layer has"))
        return self._layer(target, args, kwargs, path)

    def _by_hand(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], path: str) -> Any:
        """What is computed by hand in several calls; None where the call is one by itself."""
        add = self._network.adder(path)
        if (output := divided(target, args, kwargs)) is not None:
            return add(Hardsigmoid(), (output,))
        found = widened(target, args, kwargs), shifted(target, args, kwargs), clipped(target, args, kwargs)
        begun = next((each for each in found if each is not None), None)
        return mean(target, args, kwargs, add) if begun is None else begun

    def _as_layers(self, path: str, args: tuple[Any, ...], sizes: set[tuple[int, ...]]) -> tuple[Any, ...]:
        """Arguments whose values are outputs of layers, as far as there are layers for them.

        `sizes` are those that the call brings single pixels to by itself.
        """
        add = self._network.adder(path)
        narrow = narrowed(args, sizes, lambda resize, x: add(resize, (x,)))
        return cast(tuple[Any, ...], finished(narrow, add))

    def _view(
        self, target: Any, x: Any, args: tuple[Any, ...], kwargs: dict[str, Any], path: str
    ) -> LayerOutput | Reshaped | Stacked | ChannelSlices | None:
        """The value where the call only reshapes, swaps axes or picks channels; otherwise None."""
        if target in RESHAPES:
            shown = map(without_numbers, args[1:])
            if isinstance(x, Stacked):
                return x._replace(data=tried(RESHAPES[target], x.data, *shown, **kwargs))
            return self._network.reshaped(x, tried(RESHAPES[target], x.data, *shown, **kwargs), path)
        if target in SWAPS and (isinstance(x, Reshaped | Stacked) or x.data.dim() != 4):
            return swapped(x, SWAPS[target], args, kwargs)
        if target in SPLITS and isinstance(x, LayerOutput):
            return channel_slices(x, tried(SPLITS[target], x.data, *args[1:], **kwargs))
        if target is operator.getitem and isinstance(x, LayerOutput | Reshaped):
            if (whole := all_picked(x.data, args[1])) is not None:
                return self._network.reshaped(x, whole, path)
            if isinstance(x, LayerOutput) and (step := step_of(x, args[1])) is not None:
                return self._network.add(MaxPool2d((1, 1), step), (x,), path, own=False)
            if isinstance(x, LayerOutput):
                return self._network.sliced(x, *channels_picked(x, args[1]), path)
        return None

    def _along_branches(
        self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], path: str
    ) -> LayerOutput | Stacked | None:
        if (stacked := stack(target, args, kwargs)) is not None:
            return stacked
        slices = partial(self._network.slices, path=path)
        return along_branches(target, args, kwargs, self._network.adder(path), slices)

    def _layer(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], path: str) -> LayerOutput:
        values = list(within((args, kwargs)))
        learned = {value for value in values if isinstance(value, Learned)}
        arguments = arguments_with_tensors(target, args, kwargs)
        if arguments is not None:
            return self._holding(target, arguments)
        if learned:
            return self._scaled(target, learned, [v for v in values if isinstance(v, LayerOutput)])
        if (terms := difference(target, args, kwargs)) is not None:
            x, y = terms
            minus = self._network.add(Scale(-1.0), (y,), path, own=False)
            return self._network.add(Add(), (x, minus), path, own=False)
        if (product := scaled(target, args, kwargs)) is not None:
            x, factor = product
            return self._network.add(Scale(factor), (x,), path, own=False)
        if torchs_name(target) is None:
            raise no_layer(in_words(target if isinstance(target, str) else target.__name__))
        arguments = arguments_of(target, args, kwargs)
        if "train" in arguments:  # as torch.dropout calls it
            arguments["training"] = arguments.pop("train")
        if "training" in arguments and self._is_off(target, arguments.pop("training")):
            return cast(LayerOutput, arguments["input"])
        if torchs_name(target) in ("add", "iadd") and (whole := added_to_zero(arguments)) is not None:
            return whole
        if len(joined := arguments.get("tensors", ())) == 1:
            return cast(LayerOutput, joined[0])
        return self._network.called(target, arguments, path)

    def _is_off(self, target: Any, training: Any) -> bool:
        """Whether dropout, which forward switches by hand, does nothing in this mode."""
        if not any(kind.draws_random_numbers for kind in makers_of(target)):
            raise UnshowableError(message("it is told by hand whether it is training"))
        if training and not self._training:
            raise UnshowableError(
                message("its dropout works in evaluation too; give it training=self.training")
            )
        return self._training and not training

    def _constant(self, node: fx.Node, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Arithmetic of sizes, which are plain numbers here."""
        if node.op != "call_function" or not callable(node.target):
            raise no_layer(str(node.target))
        name = getattr(node.target, "__name__", "_")
        if not name.startswith("_") and getattr(torch, name, None) is node.target:
            raise UnshowableError(message("it computes with a tensor that its forward makes itself"))
        return tried(node.target, *args, **kwargs)

    def _of_parts(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], path: str) -> Any:
        """What a call gives of a split: parts of it, or what joins all of them again."""
        if target is operator.getitem and isinstance(args[0], ChannelSlices):
            return self._network.part(args[0], args[1], path)
        whole = tuple(
            self._network.part(arg, slice(None), path) if isinstance(arg, ChannelSlices) else arg
            for arg in args
        )
        if any(isinstance(value, ChannelSlices) for value in within((whole, kwargs))):
            raise UnshowableError(message("it uses several parts of a split at once, not one by one"))
        return self._computed(target, whole, kwargs, path)

    def _holding(self, target: Any, arguments: dict[str, Any]) -> LayerOutput:
        """A function that is called with the tensors of a module, as ConvNeXt's norms do."""
        x = arguments["input"]
        if not isinstance(x, LayerOutput):
            raise UnshowableError(message("it is called with something else than the output of one layer"))
        path, module = holder_of(target, arguments)
        layer = layer_of(module, x.shape)
        weights = own_weights(layer, x.shape, self._tensors, path)
        mode = bool(arguments.get(TRAINING, False))
        try:
            frozen = is_frozen(layer, mode, self._training, weights)
        except UnshowableError as error:
            raise refused(path, error.reason) from error  # it is about that module, not about the caller
        return self._network.add(layer, (x,), path, own=True, frozen=frozen)

    def _scaled(self, target: Any, learned: set[Learned], outputs: list[LayerOutput]) -> LayerOutput:
        """A bare parameter that forward uses itself, such as one that every channel is multiplied by."""
        (parameter, *others) = learned
        layer = None
        if parameter.is_computed:
            raise computed_weights(parameter)
        if not others and len(outputs) == 1 and isinstance(parameter.tensor, nn.Parameter):
            layer = layer_of_tensor(target, parameter, outputs[0].shape)
        if layer is None:
            reason = message("it uses “{path}” in a way that no layer does", path=parameter.path)
            raise UnshowableError(reason)
        frozen = is_frozen(layer, self._training, self._training, [parameter.tensor])
        return self._network.add(layer, tuple(outputs), parameter.path, own=True, frozen=frozen)
