"""The images on which a run can be judged: its validation and training images, and the test set."""

from __future__ import annotations

import numpy as np
import torch

from networks.data.batches import Batches
from networks.data.images import PreparedImages, Side
from networks.recipes.data_section import Data
from networks.recipes.datasets import Pixels
from networks.runs.judgement.judgement import Side as SideName
from networks.runs.judgement.judgement import Whole


class Sides:
    """Hands out the images of each side as the network takes them, without augmentation.

    All of them are made with the mean and deviation of the run's training images. Those of the test set are
    made from the stored pictures, a batch at a time.
    """

    def __init__(
        self,
        data: Data,
        prepared: PreparedImages,
        training: Batches,
        validation: Batches,
        device: torch.device,
        plain_order: bool = False,
    ) -> None:
        self.pixels: Pixels
        """The stored pictures of the whole set: n×height×width×channels."""
        self.pixels, self._labels = data.dataset.load()
        self._scale, self._device, self._plain_order = prepared.scale, device, plain_order
        self._batches: dict[SideName, Batches] = {"validation": validation, "training": training}
        split = data.split()
        self.images: dict[SideName, Whole] = {"validation": split[1], "training": split[0]}
        """Indices into the data set, for each side that there is."""
        own = len(self._labels) - data.dataset.test_images
        if data.judged_by == "share" and own < len(self._labels):
            self.images["test"] = np.arange(own, len(self._labels))

    def batches(self, side: SideName) -> Batches:
        """The images of one side. Raises KeyError where the data set has no test set of its own."""
        if side in self._batches:
            return self._batches[side]
        places = self.images[side]
        stored = Side(
            torch.from_numpy(self.pixels), torch.from_numpy(places), torch.from_numpy(self._labels[places])
        )
        return Batches(stored, self._scale, self._device, self._plain_order)
