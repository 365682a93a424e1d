"""The folder of `--out`: beside the project the curves as a table, and the weights."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from app.terminal.driving import WEIGHTS
from networks.core.message import UserError, message
from networks.recipes.stopping import Keep
from networks.runs.events import Event
from networks.runs.kept.reading import each_told
from networks.runs.table import TableOfSteps

if TYPE_CHECKING:
    from networks.training.engine.run import Run

PROJECT, CURVES = "project.json", "curves.csv"
OTHER_WEIGHTS: dict[Keep, str] = {
    "last": "weights-last.safetensors",
    "best": "weights-best.safetensors",
    "averaged": "weights-averaged.safetensors",
}
"""What a run also keeps, beside those that `WEIGHTS` holds, where its last epoch is not its best."""
_PIECE = 2**20
"""Characters of the table that wait for the end of an epoch at most."""


class Out:
    """What a run leaves in its folder of `--out`, which is there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def of(self, run: Run, kept: Path | None = None) -> Iterator[Curves]:
        """The table of a run that is trained inside; afterwards its weights are written as well.

        A run that goes on is `kept` in a folder, from which come the rows of the steps that were made before.
        Raises UserError where something cannot be written.
        """
        try:
            with Curves(self.folder / CURVES) as curves:
                if kept is not None:
                    for events in each_told(kept, run.id, until=run.step):
                        curves.take(events)
                yield curves
        finally:
            # also where the curves could not be written: training may have taken hours
            if run.settled:
                _save_weights(run, self.folder)


def _save_weights(run: Run, folder: Path) -> None:
    # imports torch, which `run` has done by now
    from networks.exporting.weights import save_weights

    keep = run.project.recipe.learning.stopping.keep
    save_weights(run, folder / WEIGHTS, keep)
    for name in OTHER_WEIGHTS.values():
        # of processes that died before these went on
        with suppress(OSError):
            (folder / name).unlink(missing_ok=True)
    if run.best is not None and run.best.step != run.step:
        other: Keep = "best" if keep == "last" else "last"
        save_weights(run, folder / OTHER_WEIGHTS[other], other)


class Curves:
    """The table of all steps. During training the file holds all completed epochs, and whole lines alone.

    However many steps there are, it needs little memory. Raises UserError where it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting = io.StringIO()

    def __enter__(self) -> Curves:
        try:
            self._file = open(self._path, "w", encoding="utf-8", newline="")
        except OSError as error:
            raise self._not_saved(error) from error
        self._table = TableOfSteps(self._waiting)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._table.end_row()
        try:
            # also where the last lines could not be written
            with self._file:
                self._write()
        except OSError as error:
            if kind is None:
                raise self._not_saved(error) from error

    def take(self, events: list[Event]) -> None:
        """Takes what the run has told since the last time."""
        self._table.take(events)
        if self._waiting.tell() > _PIECE:
            self._flush()

    def end_epoch(self) -> None:
        """Writes what was taken so far."""
        self._table.end_row()
        self._flush()

    def _flush(self) -> None:
        try:
            self._write()
        except OSError as error:
            raise self._not_saved(error) from error

    def _write(self) -> None:
        self._file.write(self._waiting.getvalue())
        self._file.flush()
        self._waiting.seek(0)
        self._waiting.truncate()

    def _not_saved(self, error: OSError) -> UserError:
        reason = error.strerror or str(error)
        return UserError(
            message("“{path}” was not saved: {reason}.", path=os.fspath(self._path), reason=reason)
        )
