"""The images on which a run can be judged: its validation and training images, and the test set."""

from __future__ import annotations

import numpy as np
import torch

from networks.data.images import Side
from networks.data.streamed import AnyBatches, batches_of
from networks.recipes.data_section import Data
from networks.recipes.datasets import Pixels
from networks.runs.judgement.judgement import Side as SideName
from networks.runs.judgement.judgement import Whole
from networks.training.setup.run_images import RunImages


class Sides:
    """Hands out the images of each side as the network takes them, without augmentation.

    All of them are made with the mean and deviation of the run's training images. Those of the test set are
    made from the stored pictures, a batch at a time.
    """

    def __init__(self, data: Data, of_run: RunImages) -> None:
        self._prepared, self._device = of_run.prepared, of_run.device
        self._plain_order = of_run.plain_order
        self._labels = data.dataset.labels()
        # what is too large to be kept is decoded anew
        self._stored = self._prepared.files or torch.from_numpy(data.dataset.load()[0])
        self._batches: dict[SideName, AnyBatches] = {}
        if self._prepared.files is None:
            self._batches = {"validation": of_run.validation, "training": of_run.training}
        split = data.split()
        self.images: dict[SideName, Whole] = {"validation": split[1], "training": split[0]}
        """Indices into the data set, for each side that there is."""
        own = len(self._labels) - data.dataset.test_images
        if data.judged_by == "share" and own < len(self._labels):
            self.images["test"] = np.arange(own, len(self._labels))

    @property
    def pixels(self) -> Pixels | None:
        """The stored pictures of the whole set, n×height×width×channels; None where they are not kept."""
        return self._stored.numpy() if isinstance(self._stored, torch.Tensor) else None

    def batches(self, side: SideName) -> AnyBatches:
        """The images of one side. Raises KeyError where the data set has no test set of its own.

        Where each batch decodes its own pictures, they are decoded beside those of the run.
        """
        if side in self._batches:
            return self._batches[side]
        places = self.images[side]
        stored = Side(self._stored, torch.from_numpy(places), torch.from_numpy(self._labels[places]))
        return batches_of(stored, self._prepared.scale, self._device, self._plain_order)
