"""A project: the network and its recipe, one value that is saved, undone and trained."""

from __future__ import annotations

import msgspec

from networks.network import Network
from networks.presets.lenet import lenet5
from networks.recipe import Recipe

FORMAT = 1
"""Number of the file format; a file with a higher one comes from a newer Backbone."""


class Project(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a project file holds."""

    network: Network = Network()
    recipe: Recipe = Recipe()

    @property
    def classes(self) -> int:
        """How many classes the data has."""
        return len(self.recipe.data.classes)


def first_project() -> Project:
    """What a newcomer sees: LeNet-5 on handwritten digits."""
    return Project(lenet5(), Recipe())
