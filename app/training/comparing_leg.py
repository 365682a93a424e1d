"""A leg in which twins train turn about, seed by seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.background.job import broke_off
from app.background.log import LOG
from app.session.version import version
from app.training.leg import Leg
from networks.core.message import UserError, message
from networks.project.comparing import Planned, Round
from networks.runs.events import Finished, Noticed
from networks.runs.kept.environment import approximately
from networks.runs.kept.reading import read_run
from networks.runs.record import MANY

if TYPE_CHECKING:
    from networks.training.engine.run import Run
    from networks.training.experiments.comparing import Comparing
    from networks.training.keeping.recorder import Recorder


class ComparingLeg(Leg):
    """Trains all runs of a comparison; each is kept in a folder of its own."""

    comparing = True

    def __init__(self, rounds: Sequence[Round], runs: Path | None) -> None:
        """`runs` is the folder of runs in which they are kept; None keeps nothing."""
        super().__init__(rounds[0][0].id)
        self._rounds, self._runs = rounds, runs
        self._comparing: Comparing | None = None
        self._recorders: dict[str, Recorder] = {}
        """Those of the round whose turn it is; replaced as a whole, since other threads look at it."""
        self._told = False

    @property
    def recorders(self) -> Mapping[str, Recorder]:
        return self._recorders

    @property
    def failing(self) -> str:
        return self._id if self._comparing is None else self._comparing.round[0].id

    def hurry(self) -> None:
        if self._comparing is not None:
            self._comparing.hurry()

    def _train(self) -> None:
        # the first training imports torch, if the loader has not done so yet
        from networks.training.experiments.comparing import Comparing

        comparing = self._comparing = Comparing(self._rounds, self._recorder, self._resumed)
        events = comparing.train()
        for event in events:
            # the run of the project as it is, with the seed whose turn it is
            self.training_run = next(iter(comparing.runs), self.training_run)
            self.box.append(event)
            self._look(event)
            if isinstance(event, Finished):
                continue
            if self.gate.closed:
                comparing.checkpoint()
            if not self.gate.passes():
                events.close()
                self.box.extend(comparing.stopped())
                return

    def _recorder(self, run: Run, planned: Planned) -> Recorder | None:
        """Nothing that concerns the files may keep it from training; the user is told once."""
        if self._runs is None:
            return None
        try:
            return self._placed(run, planned, self._runs)
        except Exception as error:  # noqa: BLE001  the user is told
            reason = error.reason if isinstance(error, UserError) else broke_off(error)
            LOG.warning("a run is not kept: %s", reason)
            if not self._told:
                self.box.append(Noticed(run.id, message("The runs are not kept. {reason}", reason=reason)))
            self._told = True
            return None

    def _resumed(self, planned: Planned) -> tuple[Run, Recorder | None]:
        """A run that goes on from its folder, listed with what it has told before."""
        from networks.training.keeping.resuming import resumed

        folder, number = planned.folder, next(i for i, each in enumerate(self._rounds, 1) if planned in each)
        assert folder is not None
        with self.placing:
            run, recorder, differs, passed_over = resumed(folder, planned.id, version())
            record = read_run(folder, planned.id, until=run.step, most=MANY).record
            assert recorder is not None
            self._recorders = ({} if planned.part.side == "A" else self._recorders) | {run.id: recorder}
        record.progress.round, record.progress.rounds = number, len(self._rounds)
        self.taken.append((record, planned.project))
        self.begun.append((run.id, recorder))
        for reason in (*passed_over, *([approximately(differs)] if differs else ())):
            self.box.append(Noticed(run.id, reason))
        return run, recorder

    def _placed(self, run: Run, planned: Planned, runs: Path) -> Recorder:
        """Makes the folder of a run. Folders may be moved before that and after it, but not meanwhile."""
        from networks.training.experiments.comparing import named
        from networks.training.keeping.recorder import begun

        first = planned.part.side == "A"
        with self.placing:
            recorder = begun(run, runs, named(planned), version=version(), weights=run.first_weights)
            self._recorders = ({} if first else self._recorders) | {run.id: recorder}
        self.begun.append((run.id, recorder))
        return recorder
