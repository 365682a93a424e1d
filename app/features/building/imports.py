"""Models that are built elsewhere, as networks: made in a thread, one at a time, and the newest few kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from app.background.job import Job, Task, reason_of
from networks.core.message import Message, message
from networks.core.shapes import Shape
from networks.graph.check import check
from networks.graph.network import Network
from widgets.backbones.entries import Importable

if TYPE_CHECKING:
    from widgets.backbones.thumbnail import Graph


KEPT = 8
"""How many networks are kept, so that one that was looked at is there when it is wished for."""

Build = Callable[[str], tuple[Network, Shape]]
"""Makes a network of a model's name; raises UserError where that cannot be. It is called in a thread.

Also gives the size of the random images on which both were compared."""


class Imported(NamedTuple):
    """A network and its picture, whose layout would hold up the window: 24 ms for DenseNet-201."""

    network: Network
    graph: Graph
    compared: Shape
    """The size of the random images on which it was found equal to the model."""


class Imports(QObject):
    """Makes the networks that are asked for."""

    made = Signal(object, object)
    """An Importable, and what it was imported as, or the Message that says why it was not."""

    def __init__(self, build: Build, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._build = build
        self._asked: tuple[Importable, ...] = ()
        self._kept: dict[Importable, Imported] = {}
        self._job: Job[Imported] | None = None

    def found(self, model: Importable) -> Imported | None:
        """What this model was imported as, where that was not long ago."""
        kept = self._kept.pop(model, None)
        if kept is not None:
            # behind the others: the first is the next to go
            self._kept[model] = kept
        return kept

    def ask(self, models: Sequence[Importable]) -> None:
        """Makes these, the first one first; what was asked for before is not wanted any more.

        A trace cannot be stopped, and torch.fx traces one module at a time: what is on its way is waited for.
        """
        self._asked = tuple(models)
        missing = [model for model in self._asked if model not in self._kept]
        if missing and not (self._job is not None and self._job.running):
            model = missing[0]
            self._job = Job(
                partial(_import, model, self._build),
                partial(self._keep, model),
                partial(self._tell, model),
                owner=self,
                explain=partial(_explain, model),
            )
            self._job.start()

    def close(self) -> None:
        """Waits for the model that is on its way, and drops it."""
        self._asked = ()
        if self._job is not None:
            self._job.close()

    def _keep(self, model: Importable, imported: Imported) -> None:
        self._kept[model] = imported
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        self._tell(model, imported)

    def _tell(self, model: Importable, outcome: Imported | Message) -> None:
        # once only: what failed is not tried again before it is asked for again
        self._asked = tuple(other for other in self._asked if other != model)
        self.made.emit(model, outcome)
        self.ask(self._asked)


def _import(model: Importable, build: Build, _: Task) -> Imported:
    """Makes one network; torch is imported here where that has not been done yet."""
    from widgets.backbones.thumbnail import Graph

    network, compared = build(model.name)
    # how many classes there are changes nothing in the picture
    return Imported(network, Graph(network, check(network, 1)), compared)


def _explain(model: Importable, error: BaseException) -> Message:
    return message("“{name}” could not be imported: {reason}.", name=model.title, reason=reason_of(error))


def importables() -> tuple[Importable, ...]:
    """The models that can be imported, with what is told of them before."""
    # at the start of the window nobody asks for them
    from networks.presets.torchvision_models import MODELS
    from networks.presets.torchvision_papers import publication_of

    found = {name: publication_of(name) for name in MODELS}
    return tuple(
        Importable(name, model.title, found[name].paper, found[name].why) for name, model in MODELS.items()
    )


def import_model(name: str) -> tuple[Network, Shape]:
    """Imports one of them; needs torch and up to some seconds, so for a thread. Raises UserError."""
    from networks.importing.from_torchvision import compared_at, torchvision_network

    return torchvision_network(name), compared_at(name)
