"""Random numbers for whoever looks on: torch's global generators, which a run draws from, stay untouched."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode


class OwnNumbers(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Inside `with`, this thread's torch operations on the device draw from a generator of their own.

    After the same seed a CPU draws what it would have drawn from the global one. Other threads draw as ever.
    Not for inference mode, where torch hands over whole operations such as dropout, which take no generator.
    """

    def __init__(self, seed: int | Tensor, device: torch.device | str = "cpu") -> None:
        """`seed` may be the state of a generator, from which its numbers go on."""
        super().__init__()  # type: ignore[no-untyped-call]
        self._generator = torch.Generator(device)
        if isinstance(seed, Tensor):
            self._generator.set_state(seed)
        else:
            self._generator.manual_seed(seed)
        self.drawn: list[Tensor] = []
        """Copies of all that was drawn, in order."""
        self.keeps = False
        """Whether what is drawn is kept in `drawn`."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        named = dict(kwargs or {})
        if torch.Tag.nondeterministic_seeded not in func.tags:
            return func(*args, **named)
        if func is torch.ops.aten.native_dropout.default:
            return self._dropout(*args)
        named["generator"] = self._generator
        return self._keep(func(*args, **named))

    def _keep(self, found: Any) -> Any:
        if self.keeps and isinstance(found, Tensor):
            self.drawn.append(found.clone())
        return found

    def _dropout(self, x: Tensor, p: float, train: bool) -> tuple[Tensor, Tensor]:
        """As torch's own on a CPU, where only modes such as this one see it as one operation."""
        kept = self._keep(torch.empty_like(x).bernoulli_(1 - p, generator=self._generator))
        return x * kept.div(1 - p), kept.bool()
