"""What an object does otherwise than its class: hooks, exchanged methods, weights made from others."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules import module as torchs
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.utils import parametrize

from networks.core.message import Message, message
from networks.importing.refusal import refused


def refuse_own_ways(module: nn.Module) -> None:
    """Raises UserError for the first part that a trace of its class's forward would not do justice to."""
    if any(
        name.startswith("_global") and name.endswith("hooks") and held for name, held in vars(torchs).items()
    ):
        raise refused(type(module).__name__, message("hooks for every module may change what it computes"))
    for path, part in module.named_modules():
        reason = _own_way(part, root=part is module)
        if reason is not None:
            raise refused(path or type(module).__name__, reason)


def exchanges_forward(module: nn.Module) -> bool:
    """Whether this object has another forward than its class."""
    return "forward" in vars(module)


def _own_way(part: nn.Module, root: bool) -> Message | None:
    if (wrapped := _wrapped(part)) is not None:
        return wrapped
    own: dict[str, Any] = vars(part)
    if parametrize.is_parametrized(part):
        return message("the weights of a {kind} are computed from others", kind=type(part).__name__)
    hooks = [name for name, held in own.items() if name.endswith("hooks") and held]
    if hooks and all("state_dict" in name for name in hooks):
        return message("it has hooks, which change how its weights are saved or loaded")
    if hooks:
        return message("it has hooks, which may change what it computes")
    for name, held in own.items():
        # tracing enters a forward that was exchanged on a part, but takes that of the root from its class
        if callable(held) and callable(getattr(type(part), name, None)) and (root or name != "forward"):
            return message("its “{name}” was exchanged on the object", name=name)
    for tensor in part._parameters.values():
        if tensor is not None and _has_hooks(tensor):
            return message("its weights have hooks, which change their gradients")
    return None


def _wrapped(part: nn.Module) -> Message | None:
    """Why it cannot be read where another module, or none yet, is behind it."""
    if isinstance(part, torch.jit.ScriptModule):
        return message("torch.jit has compiled it, which hides its calls: import the module it was made of")
    if "_orig_mod" in part._modules:
        return message("torch.compile has compiled it: import the module that it was given")
    if isinstance(part, nn.DataParallel | nn.parallel.DistributedDataParallel):
        return message("it spreads a module over several devices: import the module that it holds")
    if type(part).__module__.startswith("torch.ao.nn."):
        return message("it is quantized, or prepared for it: import the module that it was made of")
    if isinstance(part, LazyModuleMixin):
        return message("its weights get their size from the first images: run it once on some before")
    return None


def _has_hooks(tensor: Tensor) -> bool:
    return bool(tensor._backward_hooks) or bool(tensor._post_accumulate_grad_hooks)
