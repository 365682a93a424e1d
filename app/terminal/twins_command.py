"""`backbone twins` and `backbone seeds`: whether a change has an effect, or whether it is luck."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, get_args

from app.session.version import version
from app.terminal.data_command import bring
from app.terminal.driving import TELL_SECONDS, Signals
from app.terminal.parser import Parser
from app.terminal.printing import print_lines
from app.terminal.training_command import as_wished
from networks.core.finding import blocking
from networks.core.message import UserError, message, visible
from networks.doctor.findings import findings
from networks.project.comparing import (
    Planned,
    Round,
    comparable,
    pairing_notes,
    planned_rounds,
    rest_of,
    seeds_from,
)
from networks.project.project import Project, read_project
from networks.project.twins import Twin, earlier_twin, offered_twins, set_twin
from networks.recipes.stopping import Judge
from networks.runs.endings import may_go_on
from networks.runs.events import Event, Failed, Finished, Noticed
from networks.runs.failure import explain
from networks.runs.kept.files import PROJECT, Header, header_of
from networks.runs.kept.folders import run_folders, runs_folder
from networks.runs.kept.reading import is_run, read_briefly, read_run
from networks.runs.measures import Measure
from networks.runs.record import MANY, Record
from networks.runs.twins.comparison import Comparison, comparisons
from networks.runs.twins.conclusion import NAMES, amount, conclusion, label
from networks.runs.twins.spread import MOST_SEEDS

if TYPE_CHECKING:
    from networks.training.engine.run import Run
    from networks.training.experiments.comparing import Comparing
    from networks.training.keeping.recorder import Recorder


def twins(arguments: list[str]) -> int:
    """`backbone twins`."""
    parser = Parser(
        prog="backbone twins",
        description="Trains a project and its twin with a single change: from the same seeds, the same first "
        "weights where they share layers, and the same order of images. Names a winner only where the 95 % "
        "interval of the paired differences allows it. Without a change, lists those that are offered.",
    )
    _add_comparison_options(parser)
    change = parser.add_mutually_exclusive_group()
    change.add_argument("--change", metavar="WORDS", help="one of the changes listed, such as “Tanh → ReLU”")
    change.add_argument("--set", metavar="SETTING=VALUE", help="such as learning.optimizer.lr=0.01")
    change.add_argument("--against", type=Path, metavar="OTHER", help="another project, or that of a run")
    change.add_argument("--kept", action="store_true", help="say again what is kept of earlier comparisons")
    change.add_argument(
        "--rest", action="store_true", help="train what is missing of the newest comparison that was stopped"
    )
    parser.add_argument("--seeds", type=_seeds_count, default=1, metavar="N", help="5 or more tell something")
    options = parser.parse_args(arguments)
    project = _comparison_project(options)
    if options.kept:
        print_lines(kept(runs_folder(options.project)))
        return 0
    if options.rest:
        return train_rest(runs_folder(options.project))
    twin = twin_of(project, options.change, options.set, options.against)
    if twin is None:
        print_lines(offers(project))
        return 0
    first = project.recipe.learning.seed
    return compare(project, twin, seeds_from(first, options.seeds), options.by, runs_folder(options.project))


def seeds(arguments: list[str]) -> int:
    """`backbone seeds`."""
    parser = Parser(
        prog="backbone seeds",
        description="Trains a project with several seeds, and prints mean and spread of what comes of it.",
    )
    _add_comparison_options(parser)
    parser.add_argument("seeds", type=_seeds_count, nargs="?", default=5, metavar="N", help="5 if not said")
    options = parser.parse_args(arguments)
    project = _comparison_project(options)
    drawn = seeds_from(project.recipe.learning.seed, options.seeds)
    return compare(project, None, drawn, options.by, runs_folder(options.project))


def _add_comparison_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", type=Path, metavar="PROJECT.json")
    parser.add_argument("--epochs", type=int, metavar="N", help="instead of the project's")
    parser.add_argument(
        "--by", choices=get_args(Judge), metavar="MEASURE", help="“validation accuracy”, or “… loss”"
    )


def _seeds_count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_SEEDS:
        raise argparse.ArgumentTypeError(f"expected 1 to {MOST_SEEDS} seeds, got {visible(text)}")
    return int(text)


def _comparison_project(options: argparse.Namespace) -> Project:
    project = read_project(options.project)
    return project if options.epochs is None else as_wished(project, {"epochs": options.epochs})


def offers(project: Project) -> str:
    """The changes that suggest themselves, a line for each."""
    width = max(len(str(twin.kind)) for twin in offered_twins(project))
    lines = [f"{twin.kind!s:{width}}  {twin.words}" for twin in offered_twins(project)]
    return "\n".join(lines)


def twin_of(project: Project, change: str | None, setting: str | None, against: Path | None) -> Twin | None:
    """The twin that is named: by the words of an offered change, a setting's value, or an earlier project.

    None where nothing names one. Raises UserError where what is named is none.
    """
    if setting is not None:
        path, _, value = setting.partition("=")
        return set_twin(project, path.strip(), value.strip())
    if against is not None:
        file = against / PROJECT if is_run(against) else against
        name = header_of(against).title if is_run(against) else against.stem
        return earlier_twin(project, read_project(file), message("as in “{name}”", name=name))
    return None if change is None else _offered(project, change)


def _offered(project: Project, change: str) -> Twin:
    """The change with these words, those behind its arrow, or the only one that contains them."""
    twins = offered_twins(project)
    words = _plain(change)
    said = [(_plain(str(twin.words)), twin) for twin in twins]
    exact = [twin for text, twin in said if words in (text, text.rpartition("→ ")[2])]
    found = exact or [twin for text, twin in said if words in text]
    if len(found) == 1:
        return found[0]
    raise UserError(
        message(
            "Expected one change, got “{change}”, which means {count} of those that are offered: {names}.",
            change=change,
            count=len(found),
            names=", ".join(str(twin.words) for twin in found or twins),
        )
    )


def _plain(words: str) -> str:
    return " ".join(words.replace("->", "→").casefold().split())


def compare(project: Project, twin: Twin | None, seeds: Sequence[int], by: str | None, runs: Path) -> int:
    """Trains the project, or both twins, with each seed, and prints what may be concluded.

    Gives the exit code: 0, 1 where a run broke off, 128 and the signal's number where a signal stopped it.
    Raises UserError where it cannot start.
    """
    for each in [project, *([twin.project] if twin is not None else [])]:
        bring(each.recipe.data.dataset)
        if in_the_way := blocking(findings(each)):
            raise UserError(message("It cannot be trained: {reason}", reason=in_the_way[0].sentence))
    measure = _measure(project, twin, by)
    rounds = planned_rounds(project, twin, seeds, measure)
    if twin is not None:
        print_lines(f"A: as it is\nB: {twin.words}", sys.stderr)
        for note in pairing_notes(project, twin.project):
            print_lines(f"Note: {note}", sys.stderr)
    with Signals() as signals:
        comparison = _trained(rounds, runs, signals)
    return _ended(comparison, signals)


def _ended(comparison: Comparison, signals: Signals) -> int:
    print_lines(report(comparison))
    if signals.caught:
        return 128 + signals.caught
    return 1 if conclusion(comparison).mark == "broke" else 0


def report(comparison: Comparison) -> str:
    """The values seed by seed, their differences, and the conclusion."""
    lines = [_line(comparison, seed, values) for seed, values in comparison.outcomes().items()]
    return "\n".join([*lines, str(conclusion(comparison).sentence)])


def kept(runs: Path) -> str:
    """The reports of all comparisons in a folder of runs. Raises UserError where there is none."""
    told = _kept(runs)
    if not told:
        raise UserError(message("No comparison is kept in “{path}”.", path=str(runs)))
    return "\n\n".join(f"{_sides(comparison)}\n{report(comparison)}" for comparison in told.values())


def train_rest(runs: Path) -> int:
    """Trains the seeds that are missing of the newest comparison that has any; gives the exit code.

    Raises UserError where no comparison lacks any.
    """
    lacking = [name for name, each in _kept(runs).items() if len(each.settled) < each.planned]
    if not lacking:
        raise UserError(message("No comparison in “{path}” lacks any seed.", path=str(runs)))
    name = lacking[-1]
    parts, cut_off = [], {}
    for folder in filter(is_run, run_folders(runs)):
        header = header_of(folder)
        if (part := header.part) is not None and part.comparison == name:
            parts.append((part, read_project(folder / PROJECT)))
            if may_go_on(read_briefly(folder).record.ended):
                cut_off[part.side, header.seed] = folder
    rounds = rest_of(parts, _kept(runs)[name].settled, cut_off=cut_off)
    for planned in rounds[0]:
        bring(planned.project.recipe.data.dataset)
    print_lines(_sides(_kept(runs)[name]), sys.stderr)
    with Signals() as signals:
        _trained(rounds, runs, signals)
    return _ended(_kept(runs)[name], signals)


def _kept(runs: Path) -> dict[str, Comparison]:
    found = [read_run(folder) for folder in run_folders(runs) if is_run(folder)]
    return comparisons((run.header, run.record) for run in found)


def _sides(comparison: Comparison) -> str:
    if not comparison.paired:
        return f"{comparison.planned} seeds"
    return "\n".join(f"{name}: {side.words}" for name, side in zip(NAMES, comparison.sides, strict=False))


def _line(comparison: Comparison, seed: int, values: tuple[float, ...]) -> str:
    measure = comparison.measure
    figures = [measure.quantity.figure(value) for value in values]
    if not comparison.paired:
        return f"seed {seed}: {measure.name} {figures[0]}"
    gain = amount(measure, values[1] - values[0], sign=True)
    return f"seed {seed}: {measure.name} A {figures[0]}  B {figures[1]}  B − A {gain}"


def _measure(project: Project, twin: Twin | None, by: str | None) -> Measure:
    possible = comparable(project, None if twin is None else twin.project)
    if by is None:
        return possible[0]
    for measure in possible:
        if measure.name == by:
            return measure
    raise UserError(message("The twins have different losses: compare them by “validation accuracy”."))


def _trained(rounds: Sequence[Round], runs: Path, signals: Signals) -> Comparison:
    """Trains all runs. Raises a UserError without a traceback, so that the tensors can be freed."""
    from networks.training.experiments.comparing import Comparing

    telling = _Telling(rounds, sys.stderr)
    comparing = Comparing(rounds, _Keeper(runs).recorder, telling.goes_on)
    signals.run = comparing
    reason = None
    try:
        _drive(comparing, telling, signals)
    except (RuntimeError, MemoryError) as error:
        reason = explain(error).message
    if reason is not None:
        raise UserError(reason)
    return telling.comparison


def _drive(comparing: Comparing, telling: _Telling, signals: Signals) -> None:
    events = comparing.train()
    try:
        for event in events:
            telling.take(event)
            if signals.caught and not isinstance(event, Finished | Failed):
                break
    finally:
        events.close()
    if signals.caught:
        for event in comparing.stopped():
            telling.take(event)
    telling.close()


class _Keeper:
    """Keeps runs as `backbone train` does; where that fails, training goes on, and says so once."""

    def __init__(self, runs: Path) -> None:
        self._runs = runs
        self._told = False

    def recorder(self, run: Run, planned: Planned) -> Recorder | None:
        """The recorder of a run that begins."""
        from networks.training.experiments.comparing import named
        from networks.training.keeping.recorder import begun

        try:
            return begun(run, self._runs, named(planned), version=version(), weights=run.first_weights)
        except UserError as error:
            if not self._told:
                print_lines(f"Note: {error.reason} The runs are not kept.", sys.stderr)
            self._told = True
            return None


class _Telling:
    """Collects what the runs tell, and writes a line for each that ends; on a terminal, how far they are."""

    def __init__(self, rounds: Sequence[Round], stream: TextIO) -> None:
        self._stream = stream
        self._planned = {planned.id: planned for each in rounds for planned in each}
        self._records = {
            name: Record(name, str(each.title), each.project.recipe.learning.epochs, most=MANY)
            for name, each in self._planned.items()
        }
        self._waiting: dict[str, list[Event]] = {}
        self._told = 0.0
        self._drawn = 0

    def goes_on(self, planned: Planned) -> tuple[Run, Recorder | None]:
        """A run that was cut off, as it goes on, with what it has told before."""
        from networks.training.keeping.resuming import resumed

        assert planned.folder is not None
        run, recorder, _, passed_over = resumed(planned.folder, planned.id, version())
        self._records[run.id] = read_run(planned.folder, run.id, until=run.step, most=MANY).record
        for reason in passed_over:
            self._write(f"Note: {reason}")
        return run, recorder

    def take(self, event: Event) -> None:
        """Takes the next event of a run."""
        self._waiting.setdefault(event.run, []).append(event)
        ended = isinstance(event, Finished | Failed)
        if ended or time.monotonic() - self._told >= TELL_SECONDS:
            self._told = time.monotonic()
            for run, events in self._waiting.items():
                self._records[run].take(events)
            self._waiting.clear()
            self._draw()
        if isinstance(event, Noticed):
            self._write(f"Note: {event.message}")
        if ended:
            self._write(self._end_of(event.run))

    def close(self) -> None:
        """Ends the line."""
        self._write("")

    @property
    def comparison(self) -> Comparison:
        """What was measured so far."""
        parts = [
            (Header(str(each.title), seed=each.seed, part=each.part), self._records[name])
            for name, each in self._planned.items()
        ]
        (found,) = comparisons(parts).values()
        return found

    def _end_of(self, run: str) -> str:
        comparison, record = self.comparison, self._records[run]
        planned = self._planned[run]
        side = comparison.sides[NAMES.index(planned.part.side)]
        value = side.outcome(record, comparison.measure)
        who = f", {label(comparison, NAMES.index(planned.part.side))}" if comparison.paired else ""
        if value is None:
            assert record.ended is not None
            return f"seed {planned.seed}{who}: {record.ended.message}"
        figure = comparison.measure.quantity.figure(value)
        return f"seed {planned.seed}{who}: {comparison.measure.name} {figure}"

    def _draw(self) -> None:
        if not self._stream.isatty():
            return
        going = [record for record in self._records.values() if record.measured and record.ended is None]
        parts = [
            f"{self._planned[each.run].part.side} epoch {each.progress.epoch:.1f}/{each.progress.epochs}"
            for each in going
        ]
        ended = sum(record.ended is not None for record in self._records.values())
        line = "  ".join([f"run {min(ended + 1, len(self._records))} of {len(self._records)}", *parts])
        self._stream.write(f"\r{line.ljust(self._drawn)}")
        self._stream.flush()
        self._drawn = len(line)

    def _write(self, line: str) -> None:
        if self._drawn:
            self._stream.write(f"\r{' ' * self._drawn}\r")
            self._drawn = 0
        if line:
            print_lines(line, self._stream)
