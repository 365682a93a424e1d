"""Trains the runs of a comparison: seed by seed, and with each seed both twins turn about."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence

from networks.project.comparing import Planned, Round
from networks.runs.events import Event, Noticed
from networks.training.engine.run import Run
from networks.training.experiments.shared_weights import Shared, share_first_weights
from networks.training.experiments.turns import Turns
from networks.training.keeping.recorder import Named, Recorder
from networks.training.keeping.resuming import resumed

Keeps = Callable[[Run, Planned], Recorder | None]
"""Gives the recorder of a run that begins; None where it is not kept."""
GoesOn = Callable[[Planned], tuple[Run, Recorder | None]]
"""Gives a run that goes on from its folder, and its recorder."""


def from_its_folder(planned: Planned) -> tuple[Run, Recorder | None]:
    """A run that was cut off, as it goes on."""
    assert planned.folder is not None
    run, recorder, _, _ = resumed(planned.folder, planned.id)
    return run, recorder


class Comparing:
    """Makes the runs of a round when its turn comes, and lets go of those before."""

    def __init__(
        self,
        rounds: Sequence[Round],
        keeps: Keeps = lambda run, planned: None,
        goes_on: GoesOn = from_its_folder,
    ) -> None:
        self._rounds, self._keeps, self._goes_on = tuple(rounds), keeps, goes_on
        self.round = self._rounds[0]
        """The round whose turn it is."""
        self.turns: Turns | None = None
        """The round that is being trained, or was trained last."""

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs of this round, that of the project as it is first."""
        return () if self.turns is None else self.turns.runs

    def train(self) -> Generator[Event, None, None]:
        """The events of all runs, round by round. Ask for no further one to pause; close it to stop.

        Raises UserError where a run cannot be made, and whatever torch raises where memory is too small.
        """
        for number, planned in enumerate(self._rounds):
            # the runs of the round before are let go of before others are made
            self.round, self.turns = planned, None
            self.turns, shared = self._begun(planned)
            if shared is not None and not number:
                yield Noticed(planned[-1].id, shared.sentence())
            yield from self.turns.train()

    def _begun(self, planned: Round) -> tuple[Turns, Shared | None]:
        """The runs of a round, with the same first weights where they share layers."""
        if all(each.folder is not None for each in planned):
            going = [self._goes_on(each) for each in planned]
            kept_ones = {run.id: recorder for run, recorder in going if recorder is not None}
            return Turns([run for run, _ in going], kept_ones), None
        runs = [Run(each.project, each.id) for each in planned]
        shared = share_first_weights(*runs) if len(runs) > 1 else None
        kept = ((run, self._keeps(run, each)) for run, each in zip(runs, planned, strict=True))
        return Turns(runs, {run.id: recorder for run, recorder in kept if recorder is not None}), shared

    def stopped(self) -> Iterator[Event]:
        """After `train` was closed: the last events of the runs that had not come to their end."""
        if self.turns is not None:
            yield from self.turns.stopped()

    def checkpoint(self) -> None:
        """Brings to the disk what was trained, such as before a pause."""
        if self.turns is not None:
            self.turns.checkpoint()

    def hurry(self) -> None:
        """Gives up what takes long before the first step; may be asked from another thread."""
        for run in self.runs:
            run.hurry()


def named(planned: Planned) -> Named:
    """What the folder of a run says of it."""
    return Named(str(planned.title), str(planned.short), part=planned.part)
