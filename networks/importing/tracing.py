"""Traces a module's forward into a graph of calls, with the module that each call belongs to."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import fx, nn

from networks.core.message import message
from networks.importing.modules import is_leaf
from networks.importing.refusal import first_line, refused


class _Tracer(fx.Tracer):
    """Traces into every module but torch's own and those that the catalog knows.

    While it traces, torch.fx stands before the call of every module, also in a thread that trains meanwhile.
    """

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.get_ident()

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if threading.get_ident() != self._thread:
            return forward(*args, **kwargs)
        return super().call_module(m, forward, args, kwargs)

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return is_leaf(m)


def traced(module: nn.Module, training: bool) -> tuple[fx.Graph, dict[fx.Node, str]]:
    """The graph of one forward, and for each node the path of the module that it stands in.

    Arguments of forward behind the first keep their defaults. Raises UserError where torch.fx cannot trace
    it, such as where forward decides by the numbers that come in.
    """
    tracer = _Tracer()
    with _mode(module, training):
        try:
            graph = tracer.trace(module, concrete_args=_further_arguments(module))
        except Exception as error:  # whatever forward raises when it is given a stand-in for the images
            raise refused(
                type(module).__name__,
                message("torch.fx cannot trace its forward ({reason})", reason=first_line(error)),
            ) from error
    scopes = tracer.node_name_to_scope
    return graph, {node: scopes[node.name][0] for node in graph.nodes if node.name in scopes}


@contextmanager
def _mode(module: nn.Module, training: bool) -> Iterator[None]:
    """Training or evaluation mode for a while; every module gets its own mode back."""
    before = [(part, part.training) for part in module.modules()]
    try:
        module.train(training)
        yield
    finally:
        for part, mode in before:
            part.training = mode


def _further_arguments(module: nn.Module) -> dict[str, Any] | None:
    parameters = list(inspect.signature(module.forward).parameters.values())
    return {p.name: p.default for p in parameters[1:] if p.default is not inspect.Parameter.empty} or None
