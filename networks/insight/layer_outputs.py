"""What one layer gives for many pictures, as rows of numbers that can be compared, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks.core.message import UserError, message
from networks.insight.looker import Looker
from networks.insight.surveys import walk
from networks.layers.ends import Output
from networks.project.project import Project
from networks.training.engine.answers import probabilities
from networks.xray.data_map import MOST_NUMBERS, PROJECTED, Form, Outputs

Report = Callable[[float], bool]
_SEED = 0


def layer_outputs(
    looker: Looker, project: Project, name: str, rows: NDArray[np.int64], form: Form, report: Report
) -> Outputs | None:
    """What this layer gives for these pictures of the data set, in evaluation mode; None where given up.

    Maps are averaged over their places, or taken whole. What is still more than `MOST_NUMBERS` numbers goes
    through a random projection. Raises UserError where a number is not finite.
    """
    (end,) = [node.name for node in project.network.of_type(Output)][:1]
    labels = project.recipe.data.dataset.labels()[rows].astype(np.int64)
    loss = project.recipe.learning.loss
    features: list[Tensor] = []
    answers, sureness = [], []
    sizes: list[tuple[int, bool, bool]] = []
    project_down = _Projection()

    def take(told: str, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        if told == name:
            maps = output.ndim > 2
            own = (
                output.float().flatten(2).mean(2)
                if maps and form == "averaged"
                else output.float().flatten(1)
            )
            many = own.shape[1] > MOST_NUMBERS
            features.append((project_down(own) if many else own).cpu())
            sizes[:] = [(output[0].numel(), maps and form == "averaged", many)]
        if told == end:
            said = probabilities(output.float(), loss)
            sure, answer = said.max(1)
            answers.append(answer.cpu())
            sureness.append(sure.float().cpu())

    def look(images: Tensor, some: NDArray[np.int64]) -> None:
        looker.run(images, {name, end}, take)

    if not walk(looker, project, rows, look, report):
        return None
    found = torch.cat(features)
    if not bool(found.isfinite().all()):
        raise UserError(
            message(
                "Some outputs of “{name}” are infinite or not a number, so that pictures cannot be compared "
                "by them. Try an earlier layer, or weights from before the training went wrong.",
                name=name,
            )
        )
    size, averaged, many = sizes[0]
    return Outputs(
        name,
        rows,
        labels,
        torch.cat(answers).numpy(),
        torch.cat(sureness).numpy(),
        found.numpy(),
        size,
        averaged,
        many,
        looker.step,
    )


class _Projection:
    """Brings many numbers to `PROJECTED`: each is added, with a sign, to one of them, both drawn at random.

    Distances are kept on average (Weinberger et al. 2009, Feature hashing for large scale multitask learning,
    section 3), and no matrix is held.
    """

    def __init__(self) -> None:
        self._drawn: tuple[Tensor, Tensor] | None = None

    def __call__(self, numbers: Tensor) -> Tensor:
        if self._drawn is None:
            drawing = torch.Generator().manual_seed(_SEED)
            size = (numbers.shape[1],)
            places = torch.randint(PROJECTED, size, generator=drawing)
            signs = 2.0 * torch.randint(2, size, generator=drawing) - 1
            self._drawn = places.to(numbers.device), signs.to(numbers.device)
        places, signs = self._drawn
        return numbers.new_zeros(len(numbers), PROJECTED).index_add_(1, places, numbers * signs)
