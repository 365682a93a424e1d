"""Weights as safetensors files, and the weights that a project starts from or has learned."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from msgspec.structs import replace
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, fx, nn

from networks.core.message import UserError, message
from networks.core.storage import write_atomically
from networks.graph.network import Network
from networks.module.build import build, other_tensor
from networks.project.project import Project
from networks.training.first_weights import start_from, weights_of
from networks.training.run import Run

Weights = Mapping[str, Tensor]
"""All that was learned, under torch's names."""


def save_weights(source: Run | nn.Module | Weights, path: Path) -> None:
    """Writes all that was learned as safetensors, under torch's names.

    Raises UserError with the reason where that fails, and leaves the old file as it was.
    """
    weights = source.weights() if isinstance(source, Run) else _weights(source)
    write_atomically(path, save(weights, metadata={"format": "pt"}))


def read_weights(path: Path, project: Project) -> Weights:
    """The weights in a safetensors file. Raises UserError where they are not the project's network's."""
    try:
        weights = load(path.read_bytes())
    except OSError as error:
        raise unreadable(path, error.strerror or str(error)) from error
    except SafetensorError as error:
        raise unreadable(path, "it is not a safetensors file") from error
    if (other := other_tensor(without_memory(project).state_dict(), weights)) is not None:
        name, want, have = other
        raise UserError(
            message(
                "“{path}” holds weights of another network: expected {want} as “{name}”, got {have}.",
                path=str(path),
                name=name,
                want=want,
                have=have,
            )
        )
    return weights


def trained_weights(run: Run | None, project: Project) -> Weights | None:
    """What the run has learned if it trained this very network, else None. Not while it is training."""
    if run is None or run.project.classes != project.classes:
        return None
    return run.weights() if _bare(run.project.network) == _bare(project.network) else None


def first_weights(project: Project) -> fx.GraphModule:
    """The module with the weights that training starts from: random ones of the recipe's seed, or published.

    Raises UserError where published weights are named that are not on this computer.
    """
    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(project.recipe.learning.seed)
        module = build(project.network, project.classes)
    if (published := weights_of(project)) is not None:
        start_from(module, published)
    return module


def without_memory(project: Project) -> fx.GraphModule:
    """The module on torch's meta device: its weights have shapes alone, and nothing is drawn for them."""
    with torch.device("meta"):
        return build(project.network, project.classes)


def unreadable(path: Path, reason: str) -> UserError:
    """What is raised where a file cannot be read."""
    return UserError(message("“{path}” was not read: {reason}.", path=str(path), reason=reason))


def _weights(source: nn.Module | Weights) -> dict[str, Tensor]:
    return {
        name: tensor.detach().to("cpu", memory_format=torch.contiguous_format, copy=True)
        for name, tensor in (source.state_dict() if isinstance(source, nn.Module) else source).items()
    }


def _bare(network: Network) -> tuple[Any, ...]:
    """The nodes without their marks, which change neither weights nor scores."""
    return tuple(replace(node, fold="", frozen=False) for node in network.nodes)
