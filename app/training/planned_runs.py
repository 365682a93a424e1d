"""The runs of a comparison that have not begun: each gets its record with its first event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from networks.project.comparing import Planned, Round
from networks.runs.events import Event
from networks.runs.record import MANY, Record
from widgets.look.translation import said


class PlannedRuns:
    """Makes a record for each planned run as it begins, so that nothing is listed that was not begun."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[Planned, int]] = {}
        """By their ids, with the number of their round."""
        self._rounds = 1

    def plan(self, rounds: Sequence[Round]) -> Iterator[tuple[Planned, Record]]:
        """Another comparison begins, with its first run."""
        self._waiting = {
            planned.id: (planned, number)
            for number, each in enumerate(rounds, 1)
            for planned in each
            # one that goes on is listed with what it has told before
            if planned.folder is None
        }
        self._rounds = len(rounds)
        return self._begin([planned.id for planned in rounds[0][:1] if planned.folder is None])

    def begin(self, events: Iterable[Event]) -> Iterator[tuple[Planned, Record]]:
        """The runs that begin with these events, and their records."""
        return self._begin(dict.fromkeys(event.run for event in events if event.run in self._waiting))

    def _begin(self, runs: Iterable[str]) -> Iterator[tuple[Planned, Record]]:
        for run in runs:
            planned, number = self._waiting.pop(run)
            record = Record(run, said(planned.title), planned.project.recipe.learning.epochs, most=MANY)
            record.short = said(planned.short)
            record.progress.round, record.progress.rounds = number, self._rounds
            yield planned, record
