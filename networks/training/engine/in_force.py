"""What a recipe says of the steps to come, brought to the optimizer, the dropout layers and the images."""

from __future__ import annotations

import torch
from torch import nn

from networks.recipes.recipe import Recipe
from networks.recipes.schedules import RateFactor
from networks.training.printed.dropout import dropout_layers, scale_dropout
from networks.training.printed.options import set_options
from networks.training.setup.run_images import RunImages


class InForce:
    """Holds the values of the recipe that count for the next step."""

    def __init__(
        self,
        recipe: Recipe,
        module: nn.Module,
        optimizer: torch.optim.Optimizer,
        images: RunImages,
        epoch: int,
    ) -> None:
        """`optimizer` was made after this recipe; `epoch` is the number of steps in an epoch."""
        self._dropouts = dropout_layers(module)
        self._optimizer, self._images, self._epoch = optimizer, images, epoch
        self.learning = recipe.learning
        self._settle(recipe)

    def bring(self, recipe: Recipe, path: str = "") -> bool:
        """Follows a recipe in which the value at `path` is another one now; any value where it is empty.

        Gives whether the network itself computes otherwise now: dropout layers have another share.
        """
        before = [layer.p for layer, _ in self._dropouts]
        self._images.augmented.set_steps(recipe.data.augmentation)
        self._settle(recipe)
        if path.startswith("learning.optimizer.") or not path:
            set_options(self._optimizer, **recipe.learning.optimizer.arguments())
        return before != [layer.p for layer, _ in self._dropouts]

    def _settle(self, recipe: Recipe) -> None:
        self.learning = learning = recipe.learning
        scale_dropout(self._dropouts, learning.dropout)
        self.rate_factor = RateFactor(learning.schedule, learning.epochs, self._epoch)
        """By which the learning rate is multiplied: of the step, and of the validation losses so far."""
