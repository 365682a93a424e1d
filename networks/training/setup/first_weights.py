"""What a run starts from instead of random numbers: published weights, matched by name and shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

from networks.core.message import Message, UserError, message, plural
from networks.module.build import build
from networks.project.project import Project
from networks.recipes.published import BY_NAME, Published

_NAMED = 3
"""How many layers a sentence names; it counts the others."""


class Fit(NamedTuple):
    """The names of the layers that take published weights, and of those that start from random numbers."""

    taken: tuple[str, ...]
    random: tuple[str, ...]

    def sentence(self, title: str) -> Message:
        """Says how many layers start from the weights with this title, and which do not."""
        count = len(self.taken) + len(self.random)
        if not self.random:
            return plural(
                "The only layer with weights starts from those of “{title}”.",
                "All {count} layers with weights start from those of “{title}”.",
                count=count,
                title=title,
            )
        return message(
            "{taken} of {count} layers with weights start from those of “{title}”; at random: {names}.",
            taken=len(self.taken),
            count=count,
            title=title,
            names=self._names(),
        )

    def _names(self) -> Message | str:
        shown = ", ".join(self.random[:_NAMED])
        if len(self.random) <= _NAMED:
            return shown
        return message("{names} and {more} more", names=shown, more=len(self.random) - _NAMED)


def read(weights: Published) -> dict[str, Tensor]:
    """The tensors in the downloaded file; runs no code from it. Raises UserError where it is damaged."""
    try:
        found = torch.load(weights.path, map_location="cpu", weights_only=True)
    except MemoryError:
        raise
    except Exception as error:
        # what torch raises depends on the bytes: it may be anything
        raise UserError(_damaged(weights)) from error
    if not isinstance(found, Mapping) or not all(isinstance(tensor, Tensor) for tensor in found.values()):
        raise UserError(_damaged(weights))
    return dict(found)


def fit(module: nn.Module, weights: Mapping[str, Tensor]) -> Fit:
    """Which layers can take the weights: those whose tensors are all there, in the same shape.

    A counter of batches may be missing, as in files from before torch had it (BatchNorm, torch 0.4).
    """
    state = module.state_dict()
    taken: list[str] = []
    random: list[str] = []
    for layer, keys in _layers(state).items():
        needed = [key for key in keys if not key.endswith(".num_batches_tracked")]
        fits = all(key in weights and weights[key].shape == state[key].shape for key in needed)
        (taken if fits else random).append(layer)
    return Fit(tuple(taken), tuple(random))


def start_from(module: nn.Module, weights: Published) -> Fit:
    """Copies published weights into a module; layers that they do not fit keep their own.

    Raises UserError where the file is damaged or no layer fits.
    """
    found = read(weights)
    fitting = _fitting(module, found, weights)
    state = module.state_dict()
    layers = _layers(state)
    with torch.no_grad():
        for key in (key for layer in fitting.taken for key in layers[layer] if key in found):
            state[key].copy_(found[key])
    return fitting


def foretell(project: Project, weights: Published) -> Fit:
    """Which layers of the project's network will take the weights. Raises UserError as `start_from` does."""
    with torch.device("meta"):
        module = build(project.network, project.classes)
    return _fitting(module, read(weights), weights)


def weights_of(project: Project) -> Published | None:
    """The published weights that the project's recipe names, or None for random numbers."""
    return BY_NAME.get(project.recipe.learning.start)


def _fitting(module: nn.Module, found: Mapping[str, Tensor], weights: Published) -> Fit:
    fitting = fit(module, found)
    if not fitting.taken:
        raise UserError(
            message(
                "Expected a network with layers like those of “{title}”, whose weights it starts from, got "
                "one without: load “{title}”, or choose “random” for the first weights.",
                title=weights.title,
            )
        )
    return fitting


def _layers(keys: Mapping[str, Tensor]) -> dict[str, list[str]]:
    """The keys of a state dict by the layer that they belong to."""
    layers: dict[str, list[str]] = {}
    for key in keys:
        layers.setdefault(key.rpartition(".")[0], []).append(key)
    return layers


def _damaged(weights: Published) -> Message:
    return message(
        "Expected the weights of “{title}” in “{path}”, got a damaged file: delete it, and load them again.",
        title=weights.title,
        path=str(weights.path),
    )
