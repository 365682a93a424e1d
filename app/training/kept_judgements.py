"""The judgements of the runs of this session, of one data set, as many as take little memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from networks.core.message import visible
from networks.recipes.datasets import Dataset
from networks.runs.judgement.judgement import SIDES, WEIGHTS, Judgement, Side, Weights

MOST_BYTES = 256 * 2**20
"""Beyond this, the judgements of the oldest runs are let go; those of the newest run stay."""
_LONGEST_NAME = 60


class KeptJudgements:
    """By run, weights and side the newest judgement; another data set takes the place of all before."""

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()
        """Those of the classes, as one can show them."""
        self.dataset: Dataset | None = None
        self._kept: dict[tuple[str, Weights, Side], Judgement] = {}
        self._previous: dict[str, Judgement] = {}
        """For each run, the answers of its last weights one validation ago."""

    @property
    def runs(self) -> tuple[str, ...]:
        """The ids of the runs of which something is kept, the oldest first."""
        return tuple(dict.fromkeys(run for run, _, _ in self._kept))

    def take(self, run: str, judgements: Mapping[Weights, Judgement], dataset: Dataset) -> None:
        """Takes what came of a run's newest validation."""
        if not judgements:
            return
        self.show_dataset(dataset)
        for judgement in judgements.values():
            before = self.get(run, judgement.weights, "validation")
            if before is not judgement:
                if before is not None and judgement.weights == "last":
                    self._previous[run] = before
                self.add(judgement)

    def show_dataset(self, dataset: Dataset) -> None:
        """Lets go of all that was judged on another data set."""
        if dataset != self.dataset:
            self._kept.clear()
            self._previous.clear()
            self.dataset = dataset
            self.names = tuple(visible(name, _LONGEST_NAME) for name in dataset.classes)

    def add(self, judgement: Judgement) -> None:
        """Keeps a judgement in place of an older one of the same weights and images."""
        self._kept[judgement.run, judgement.weights, judgement.side] = judgement
        for run in self.runs:
            if run == judgement.run or self._size() <= MOST_BYTES:
                break
            self.keep_only(each for each in self.runs if each != run)

    def keep_only(self, runs: Iterable[str]) -> None:
        """Lets go of all other runs."""
        known = set(runs)
        for key in [key for key in self._kept if key[0] not in known]:
            del self._kept[key]
        for run in [run for run in self._previous if run not in known]:
            del self._previous[run]

    def get(self, run: str, weights: Weights, side: Side) -> Judgement | None:
        """The newest judgement of these weights on these images."""
        return self._kept.get((run, weights, side))

    def previous(self, run: str) -> Judgement | None:
        """The answers of the run's last weights one validation before the newest."""
        return self._previous.get(run)

    def of(self, run: str) -> tuple[tuple[Weights, ...], tuple[Side, ...]]:
        """Of which weights of a run, and on which images, something is kept."""
        keys = [key for key in self._kept if key[0] == run]
        return (
            tuple(weights for weights in WEIGHTS if any(key[1] == weights for key in keys)),
            tuple(side for side in SIDES if any(key[2] == side for key in keys)),
        )

    def newest_epoch(self, run: str, weights: Weights) -> float:
        """The epoch of the newest judgement of these weights."""
        epochs = [each.epoch for key, each in self._kept.items() if key[:2] == (run, weights)]
        return max(epochs, default=0.0)

    def _size(self) -> int:
        return sum(each.size for each in (*self._kept.values(), *self._previous.values()))
