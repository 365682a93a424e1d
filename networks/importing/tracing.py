"""Traces a module's forward into a graph of calls, with the module that each call belongs to."""

from __future__ import annotations

import inspect
import random
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import fx, nn
from torch.func import functional_call
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes

from networks.core.message import Message, message
from networks.core.shapes import Shape
from networks.graph.walk import reached
from networks.importing.modules import is_leaf
from networks.importing.refusal import UnshowableError, first_line, refused
from networks.importing.values import BATCH

MODE = "training"
"""Under this name a node's meta holds the mode that its module was in when it was called."""


class _Sized(fx.Proxy):
    """A stand-in for a tensor that knows its size, so that forward may calculate with it and decide by it.

    What no graph of calls can hold is refused here, at the place where forward does it.
    """

    tracer: _Tracer

    def __getattr__(self, name: str) -> Any:
        if name in _ASKED:
            found = self.tracer.tensor_of(self.node)
            if found is not None:
                return getattr(found, name)
        if name in _NUMBERS:
            raise _takes_numbers(name if name.isalpha() else "numpy")
        return super().__getattr__(name)

    def __len__(self) -> int:
        if _is_rest(self):
            return 0
        found = self.tracer.tensor_of(self.node)
        if found is None:
            raise _takes_numbers("len")
        return len(found)

    def __setitem__(self, place: Any, value: Any) -> None:
        raise UnshowableError(WRITES_PART)

    def __delitem__(self, place: Any) -> None:
        raise UnshowableError(WRITES_PART)

    def __contains__(self, value: Any) -> bool:
        raise UnshowableError(_DECIDES)

    def __index__(self) -> int:
        raise _takes_numbers("int")

    def __int__(self) -> int:
        raise _takes_numbers("int")

    def __float__(self) -> float:
        raise _takes_numbers("float")

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise _takes_numbers("numpy")


_ASKED = frozenset(("shape", "size", "ndim", "dim", "numel", "is_floating_point"))
_NUMBERS = frozenset(("item", "tolist", "numpy", "__array_struct__", "__array_interface__"))
WRITES_PART = message("it writes into a part of a tensor, such as x[:, 0] = 0, and no layer does that")
_DECIDES = message(
    "its forward decides by the numbers that come in, and a layer does the same with all images"
)
_LOOPS = message("its forward goes through the parts of a tensor in a loop")


def _takes_numbers(how: str) -> UnshowableError:
    return UnshowableError(
        message("its forward takes numbers out of a tensor (“{how}”) and goes on with them alone", how=how)
    )


def _is_rest(value: fx.Proxy) -> bool:
    """Whether it stands for the *arguments or **arguments of forward, of which there are none."""
    return value.node.op == "placeholder" and str(value.node.target).startswith("*")


class _Tracer(fx.Tracer):
    """Traces into every module but torch's own and those that the catalog knows.

    While it traces, torch.fx stands before the call of every module, also in a thread that trains meanwhile.
    """

    def __init__(self, images: Shape, leaves: Collection[str]) -> None:
        super().__init__()
        self._leaves = leaves
        self._thread = threading.get_ident()
        self.proxy_buffer_attributes = True
        self._images = images
        self._tensors: dict[fx.Node, Any] = {}
        self._computing = False

        self._failed: tuple[Exception, str] | None = None

    def proxy(self, node: fx.Node) -> fx.Proxy:
        return _Sized(node, self)

    def to_bool(self, obj: fx.Proxy) -> bool:
        if _is_rest(obj):
            return False
        raise UnshowableError(_DECIDES)

    def iter(self, obj: fx.Proxy) -> Iterator[Any]:
        if _is_rest(obj):
            return iter(())
        raise UnshowableError(_LOOPS)

    def failed_in(self, error: Exception) -> str:
        """The path of the innermost module whose forward raised the error; the empty one is the root's."""
        return self._failed[1] if self._failed is not None and self._failed[0] is error else ""

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict[str, Any]) -> Any:
        return attr_val if self._computing else super().getattr(attr, attr_val, parameter_proxy_cache)

    def tensor_of(self, node: fx.Node) -> torch.Tensor | None:
        """A tensor on the meta device as this node gives it; None where that cannot be told."""
        needed = reached([node], lambda other: () if other in self._tensors else other.all_input_nodes)
        self._computing = True
        try:
            with _disable_current_modes(), torch.no_grad():
                for other in node.graph.nodes:
                    if other in needed and other not in self._tensors:
                        self._tensors[other] = self._computed(other)
        except Exception:  # noqa: BLE001  # whatever torch raises: then the size is asked for in the graph
            return None
        finally:
            self._computing = False
        found = self._tensors[node]
        return found if isinstance(found, torch.Tensor) else None

    def _computed(self, node: fx.Node) -> Any:
        target: Any = node.target
        args = fx.map_arg(node.args, self._tensors.__getitem__)
        kwargs = fx.map_arg(node.kwargs, self._tensors.__getitem__)
        match node.op:
            case "placeholder":
                return torch.empty((BATCH, *self._images), device="meta")
            case "get_attr":
                holder, _, name = target.rpartition(".")
                return getattr(self.root.get_submodule(holder), name).to("meta")
            case "call_module":
                part = self.root.get_submodule(target)
                own = {name: tensor.to("meta") for name, tensor in _tensors_of(part)}
                return functional_call(part, own, args, kwargs)
            case "call_method":
                return getattr(args[0], target)(*args[1:], **kwargs)
            case _:
                return target(*args, **kwargs)

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if threading.get_ident() != self._thread or self._computing or not self._is_part(m):
            # a module that is made in forward is none of the root's: what it calls is traced instead
            return forward(*args, **kwargs)
        try:
            result = super().call_module(m, forward, args, kwargs)
        except Exception as error:
            if not self.failed_in(error):
                self._failed = error, self.path_of_module(m)
            raise
        if isinstance(result, fx.Proxy) and result.node.op == "call_module":
            result.node.meta.setdefault(MODE, m.training)
        return result

    def _is_part(self, m: nn.Module) -> bool:
        try:
            self.path_of_module(m)
        except NameError:
            return False
        return True

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return module_qualified_name in self._leaves or is_leaf(m)


class _Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Refuses what torch does at once while forward is traced, and what the graph would therefore lack."""

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[Any],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if torch.Tag.nondeterministic_seeded in func.tags:
            raise UnshowableError(message("its forward draws random numbers of its own"))
        if func._schema.is_mutable:
            raise UnshowableError(message("its forward changes a tensor that no layer holds"))
        return func(*args, **(kwargs or {}))


def _tensors_of(part: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    yield from part.named_parameters()
    yield from part.named_buffers()


def traced(
    module: nn.Module, training: bool, images: Shape, leaves: Collection[str] = ()
) -> tuple[fx.Graph, dict[fx.Node, str]]:
    """The graph of one forward, and for each node the path of the module that it stands in.

    `images` is the shape of one image: where forward calculates with sizes, it is traced for these. Of the
    modules at the paths `leaves` the graph tells that they are called, and not what they do.
    Arguments of forward behind the first keep their defaults. Raises UserError where its calls cannot be
    followed, such as where forward decides by the numbers that come in, or where it draws random numbers
    itself.
    """
    name = type(module).__name__
    tracer = _Tracer(images, leaves)
    with kept(module):
        try:
            module.train(training)
            before = _random_states()
            with _Watch():  # type: ignore[no-untyped-call]
                graph = tracer.trace(module, concrete_args=_further_arguments(module))
        except UnshowableError as error:
            raise refused(tracer.failed_in(error) or name, error.reason) from error
        except Exception as error:  # whatever forward raises when it is given a stand-in for the images
            raise refused(tracer.failed_in(error) or name, _reason(error)) from error
        if _random_states() != before:
            raise refused(name, message("its forward draws random numbers of its own"))
    scopes = tracer.node_name_to_scope
    return graph, {node: scopes[node.name][0] for node in graph.nodes if node.name in scopes}


def _reason(error: Exception) -> Message:
    reason = first_line(error)
    if any(word in reason for word in _OF_THE_TRACER):
        return message("its forward does something with the images that cannot be followed call by call")
    return message("its forward failed while its calls were followed ({reason})", reason=reason)


_OF_THE_TRACER = (_Sized.__name__, "Proxy", "symbolic", "torch.fx")
"""Words of torch.fx and of the stand-ins, which say nothing to whoever wrote the module."""


def _random_states() -> tuple[object, str]:
    """Where Python's and numpy's random numbers stand."""
    return random.getstate(), repr(np.random.get_state())


@contextmanager
def kept(module: nn.Module) -> Iterator[None]:
    """Gives every part back what it held: its mode, and what forward keeps in its attributes."""
    before = [(vars(part), dict(vars(part)), _registered(part)) for part in module.modules()]
    try:
        yield
    finally:
        for own, held, registered in before:
            own.clear()
            own.update(held)
            for table, values in registered:
                table.clear()
                table.update(values)


def _registered(part: nn.Module) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    tables: list[dict[str, Any]] = [part._modules, part._parameters, part._buffers]
    return [(table, dict(table)) for table in tables]


def _further_arguments(module: nn.Module) -> dict[str, Any] | None:
    parameters = list(inspect.signature(module.forward).parameters.values())
    return {p.name: p.default for p in parameters[1:] if p.default is not inspect.Parameter.empty} or None
