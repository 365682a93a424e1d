"""Models that are built elsewhere, as networks: made in a thread, one at a time, and the newest few kept."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QThread, Signal, Slot

from networks.core.message import Message, UserError, message
from networks.graph.check import check
from networks.graph.network import Network
from widgets.backbones.entries import Importable

if TYPE_CHECKING:
    from widgets.backbones.thumbnail import Graph

LOG = logging.getLogger("backbone")

KEPT = 8
"""How many networks are kept, so that one that was looked at is there when it is wished for."""

Build = Callable[[str], Network]
"""Makes a network of a model's name; raises UserError where that cannot be. It is called in a thread."""


class Imported(NamedTuple):
    """A network and its picture, whose layout would hold up the window: 24 ms for DenseNet-201."""

    network: Network
    graph: Graph


class Imports(QObject):
    """Makes the networks that are asked for."""

    made = Signal(object, object)
    """An Importable, and what it was imported as, or the Message that says why it was not."""

    def __init__(self, build: Build, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._build = build
        self._asked: tuple[Importable, ...] = ()
        self._kept: dict[Importable, Imported] = {}
        self._thread: _ImportThread | None = None

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
        if missing and self._thread is None:
            self._thread = _ImportThread(missing[0], self._build, self)
            self._thread.finished.connect(self._end)
            self._thread.start()

    def close(self) -> None:
        """Waits for the model that is on its way, and drops it."""
        self._asked = ()
        if self._thread is not None:
            self._thread.wait()
            self._thread.deleteLater()
            self._thread = None

    @Slot()
    def _end(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        thread.wait()
        thread.deleteLater()
        if thread.imported is not None:
            self._kept[thread.model] = thread.imported
            while len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]
        # once only: what failed is not tried again before it is asked for again
        self._asked = tuple(model for model in self._asked if model != thread.model)
        self.made.emit(thread.model, thread.problem if thread.imported is None else thread.imported)
        self.ask(self._asked)


class _ImportThread(QThread):
    """Makes one network; torch is imported here where that has not been done yet."""

    def __init__(self, model: Importable, build: Build, parent: QObject) -> None:
        super().__init__(parent)
        self.model, self._build = model, build
        self.imported: Imported | None = None
        self.problem: Message | None = None

    def run(self) -> None:
        from widgets.backbones.thumbnail import Graph

        try:
            network = self._build(self.model.name)
            # how many classes there are changes nothing in the picture
            self.imported = Imported(network, Graph(network, check(network, 1)))
        except UserError as error:
            self.problem = error.reason
        except BaseException as error:
            LOG.exception("%s could not be imported", self.model.name)
            reason = f"{type(error).__name__}: {error}"
            self.problem = message(
                "“{name}” could not be imported: {reason}.", name=self.model.title, reason=reason
            )


def importables() -> tuple[Importable, ...]:
    """The models that can be imported, with what is told of them before."""
    # at the start of the window nobody asks for them
    from networks.presets.torchvision_models import MODELS
    from networks.presets.torchvision_papers import about

    found = {name: about(name) for name in MODELS}
    return tuple(
        Importable(name, model.title, found[name].paper, found[name].why) for name, model in MODELS.items()
    )


def import_model(name: str) -> Network:
    """Imports one of them; needs torch and up to some seconds, so for a thread. Raises UserError."""
    from networks.importing.torchvision_model import torchvision_network

    return torchvision_network(name)
