"""What torch does at once while a module's forward is traced, and what the graph would therefore lack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from networks.core.message import Message, message
from networks.importing.refusal import UnfollowableError

_DECIDES = message(
    "its forward decides by the numbers of its weights or takes some out, and a layer does the same with any"
)
_TAKES_NUMBERS = frozenset((
    Tensor.__bool__, Tensor.__int__, Tensor.__float__, Tensor.__complex__, Tensor.__index__, Tensor.item,
    Tensor.tolist, Tensor.numpy, Tensor.__array__, Tensor.__contains__, torch.equal, Tensor.equal,
    torch.allclose, Tensor.allclose, torch.is_nonzero, Tensor.is_nonzero,
))  # fmt: skip


@contextmanager
def watched(method: str, held: Iterable[Tensor]) -> Iterator[None]:
    """Refuses what the graph would lack: numbers drawn, tensors changed, decisions by the tensors `held`.

    `method` is the one that runs meanwhile: “forward” or “train method”.
    """
    weights = _Weights(held)
    with _Calls(method, weights), _Numbers(weights):
        yield


class _Weights:
    """The weights and buffers of a module, and all that is computed of them."""

    def __init__(self, held: Iterable[Tensor]) -> None:
        self._places: dict[int, Tensor] = {}
        for tensor in held:
            self.add(tensor)

    def add(self, tensor: Tensor) -> None:
        # the tensor is held, so that nothing else gets its place in memory
        self._places[_place(tensor)] = tensor

    def among(self, values: Any) -> bool:
        return any(isinstance(each, Tensor) and _place(each) in self._places for each in tree_leaves(values))


def _place(tensor: Tensor) -> int:
    """Where its numbers lie, which a view of them shares."""
    return tensor.untyped_storage()._cdata if tensor.layout is torch.strided else id(tensor)


class _Calls(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Sees what torch computes at once."""

    def __init__(self, method: str, weights: _Weights) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._method, self._weights = method, weights

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[Any],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if torch.Tag.nondeterministic_seeded in func.tags:
            raise UnfollowableError(draws(self._method))
        if func._schema.is_mutable:
            raise UnfollowableError(
                message("its {method} changes a tensor that no layer holds", method=self._method)
            )
        given = dict(kwargs or {})
        result = func(*args, **given)
        if self._weights.among((args, given)):
            for each in tree_leaves(result):
                if isinstance(each, Tensor):
                    self._weights.add(each)
        return result


class _Numbers(TorchFunctionMode):
    """Sees what takes numbers out of a tensor, which torch's own calls do not tell of in every case."""

    def __init__(self, weights: _Weights) -> None:
        super().__init__()
        self._weights = weights

    def __torch_function__(
        self,
        func: Any,
        types: Sequence[Any],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if func in _TAKES_NUMBERS and self._weights.among((args, kwargs)):
            raise UnfollowableError(_DECIDES)
        return func(*args, **(kwargs or {}))


def draws(method: str) -> Message:
    """That it draws random numbers, which the graph would not."""
    return message("its {method} draws random numbers of its own", method=method)
