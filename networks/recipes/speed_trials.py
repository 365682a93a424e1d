"""What came of trying the switches of the machine section: how fast each is, and how its results differ."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from networks.core.message import Message, message, plural
from networks.recipes.machine_section import Machine

BOUND = 1e-4
"""So far, at most, may losses and weights be from the plain ones, relatively, to count as equal."""
LAST_BITS, WIDEST = 4, 1e-3
"""The same where the last bit of the first weights changes more: this many times that, up to this much."""
ROUGH_BOUND = 0.05
"""The same for bfloat16, which is taken only where the recipe asks for it already."""
WORTH = 1.05
"""How many times as fast another choice has to be, to be taken: less is not more than noise."""


class Trial(msgspec.Struct, frozen=True):
    """One combination of switches: `machine` with the number of threads that it really has.

    `difference` is the largest of the relative differences of the first losses and of the weights after them
    from those of the plain training. `memory` is what it took on a GPU, in bytes; on a CPU it is not
    measured. Where there is a `problem`, nothing was measured.
    """

    machine: Machine
    images_per_second: float = 0.0
    difference: float = 0.0
    memory: int | None = None
    compile_seconds: float | None = None
    problem: Message | None = None


class SpeedTrials(msgspec.Struct, frozen=True):
    """All combinations that were tried on one processor, with batches of this many images; plain comes first.

    Plain is with channels first, in float32, uncompiled, with the recipe's threads. `rounding` is what the
    last bit of the first weights changes, as `Trial.difference`: where a ReLU gets almost nothing, or an
    optimizer looks at signs, one bit may decide a gradient. `left_out` says what is not possible here.
    """

    processor: str
    batch: int
    trials: tuple[Trial, ...]
    rounding: float = 0.0
    left_out: tuple[Message, ...] = ()

    @property
    def plain(self) -> Trial:
        """With what all others are compared."""
        return self.trials[0]

    def bound(self, trial: Trial) -> float:
        """The difference up to which its results count as equal."""
        if trial.machine.precision != "float32":
            return ROUGH_BOUND
        return max(BOUND, min(LAST_BITS * self.rounding, WIDEST))

    def equal(self, trial: Trial) -> bool:
        """Whether its results are those of the plain training, within its bound."""
        return trial.problem is None and trial.difference <= self.bound(trial)

    def factor(self, trial: Trial) -> float:
        """How many times as fast it is as the plain one."""
        return trial.images_per_second / self.plain.images_per_second

    def gain(self, machine: Machine, threads: int) -> float:
        """How many times as fast the best trial is as this section, or as plain where it was not tried."""
        best, now = self.best(machine, threads), self.of(machine, threads)
        measured = now is not None and now.problem is None
        return 1.0 if best is None else self.factor(best) / (self.factor(now) if now and measured else 1.0)

    def of(self, machine: Machine, threads: int) -> Trial | None:
        """The trial of a recipe's machine section, which uses this many threads; None where there is none."""
        meant = replace(machine, threads=threads)
        return next((trial for trial in self.trials if trial.machine == meant), None)

    def best(self, machine: Machine, threads: int) -> Trial | None:
        """The fastest whose results are equal; that of the machine section where none is clearly faster.

        bfloat16 is among them only where the section has it. None where nothing was measured.
        """
        able = [
            trial
            for trial in self.trials
            if self.equal(trial) and trial.machine.precision in ("float32", machine.precision)
        ]
        fastest = max(able, key=lambda trial: trial.images_per_second, default=None)
        now = self.of(machine, threads)
        if fastest is not None and now in able and now is not None:
            return fastest if fastest.images_per_second >= WORTH * now.images_per_second else now
        return fastest

    def taken(self, machine: Machine, threads: int) -> Machine:
        """The machine section with the switches of the best trial; unchanged where it has them."""
        best = self.best(machine, threads)
        if best is None or best.machine == replace(machine, threads=threads):
            return machine
        # as many as the section means already need not be written down
        return (
            replace(best.machine, threads=machine.threads)
            if best.machine.threads == threads
            else best.machine
        )


def plain_switches(machine: Machine) -> Machine:
    """The machine section without anything that is tried but the number of threads."""
    return replace(machine, channels_last=False, precision="float32", compile=False, data_parallel=False)


def switch_words(machine: Machine) -> tuple[Message, ...]:
    """The switches in words, such as “channels last”, “float32” and “2 threads”."""
    words = [message("channels last") if machine.channels_last else message("channels first")]
    words.append(message(machine.precision))
    if machine.compile:
        words.append(message("compiled"))
    if machine.device == "cpu":
        words.append(plural("{count} thread", "{count} threads", count=machine.threads))
    if machine.data_parallel:
        words.append(message("data parallel"))
    return tuple(words)
