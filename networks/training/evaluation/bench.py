"""A network on the test bench: answers single pictures, drawn or from anywhere."""

from __future__ import annotations

from typing import NamedTuple

import torch
from msgspec.structs import replace
from torch import fx

from networks.data.changed import changed
from networks.data.fitting import fit
from networks.data.images import Scale, prepare
from networks.data.single import as_batch, as_stored
from networks.layers.ends import Input
from networks.module.build import evaluation
from networks.project.project import Project
from networks.recipes.datasets import Pixels
from networks.runs.judgement.holding import Held, Kind, values
from networks.runs.judgement.judgement import Reals
from networks.training.engine.answers import probabilities


class Answer(NamedTuple):
    """What the network makes of one picture."""

    probabilities: Reals
    """One for each class."""
    seen: Pixels
    """The picture in the size and the channels of the network: height×width×channels."""


class Bench:
    """A network that answers pictures. For one thread at a time."""

    def __init__(self, module: fx.GraphModule, project: Project, scale: Scale | None = None) -> None:
        """`module` is that of the project, and nobody changes it any more. `scale` is that of its images.

        Where that is not known, it is measured, which may take long. Raises UserError where it cannot be.
        """
        self._network = evaluation(module).eval()
        data = project.recipe.data
        dataset = data.dataset
        self._stored = dataset.size, dataset.channels
        if scale is None:
            # as a run prepares its images
            entry = project.network.of_type(Input)[0].layer
            scale = prepare(replace(data, augmentation=()), entry, dataset.edition()).scale
        self._scale = scale
        self._device = next((each.device for each in module.parameters()), torch.device("cpu"))
        self._plain_order = project.recipe.machine.in_plain_order
        self._loss = project.recipe.learning.loss

    def answer(self, picture: Pixels) -> Answer:
        """The answer to a picture height×width×channels of any size, in grey or in colour.

        It is brought to the size in which the set's pictures are stored, and then seen as those are.
        """
        kept = self._kept(picture[None])
        seen = fit(kept, self._scale.size, self._scale.channels)[0]
        return Answer(self._answers(kept)[0], (255 * seen).round().byte().numpy())

    def hold(self, picture: Pixels, kind: Kind) -> Held:
        """The answers to the picture as `kind` changes it, more and more."""
        return Held(kind, values(kind), self._answers(changed(self._kept(picture[None])[0], kind)))

    def _kept(self, pictures: Pixels) -> Pixels:
        return as_stored(pictures, *self._stored)

    def _answers(self, kept: Pixels) -> Reals:
        images = as_batch(kept, self._scale, self._device, self._plain_order)
        with torch.inference_mode():
            outputs = self._network(images).float().cpu()
        found: Reals = probabilities(outputs, self._loss).double().numpy()
        return found
