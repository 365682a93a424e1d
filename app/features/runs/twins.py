"""Twins and seeds: whether a change has an effect, or whether it was luck."""

from __future__ import annotations

import itertools
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import QTimer, Slot

from app.background.job import Job, Task
from app.feature.command import Command, MenuEntry, Section
from app.feature.desk import Desk
from app.feature.panel import Panel, Place
from app.feature.panel_feature import PanelFeature
from app.feature.shown import Shown
from networks.core.finding import blocking
from networks.core.message import Message, UserError, message, plural
from networks.project.comparing import Planned, Round, planned_rounds, rest_of, seeds_from
from networks.project.project import Project, read_project
from networks.project.twins import Twin, earlier_twin, offered_twins
from networks.recipes.recipe import with_settings
from networks.runs.endings import may_go_on
from networks.runs.kept.files import PROJECT, Header, header_of
from networks.runs.kept.folders import run_folders
from networks.runs.kept.reading import read_run
from networks.runs.record import Record
from networks.runs.twins.comparison import Comparison, came_to_its_end, comparisons
from widgets.controls.section import ShowWatch
from widgets.look.translation import said

if TYPE_CHECKING:
    from widgets.runs.twins.panel import TwinsPanel, Wish

LEAST_WIDTH = 340
NEWEST = 24
"""How many earlier runs are looked at for what the project was before."""
STEPS = 8
"""How many edits are offered to be taken back in a twin."""
Steps = tuple[tuple[str, Project], ...]
"""Edits, the last one first, each with the project before it."""


SETTLED_MS = 150
"""How long the project rests before its twins are found: a slider that is dragged changes it many times."""


class _Kept(NamedTuple):
    """What was read of a run's folder: how it began, what it trains, and its record where it was compared."""

    header: Header
    project: Project
    record: Record | None


class _Looked(NamedTuple):
    """What was found beside the window: the twins of a project, and the runs that are kept."""

    project: Project
    twins: tuple[Twin, ...]
    earlier: tuple[Twin, ...]
    kept: dict[Path, _Kept | None]
    """By their folders; None where one cannot be read, of which the table of runs tells."""


class Twins(PanelFeature["TwinsPanel"]):
    """Offers a single change, has both trained, and shows what came of it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._looking: Job[_Looked] | None = None
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLED_MS)
        self._settling.timeout.connect(self._look)
        self._looked: _Looked | None = None
        self._count = itertools.count(1)
        self._begun: dict[str, Planned] = {}
        """The runs of comparisons that were begun in this window, by their ids."""
        self._going_on = ""
        """The comparison that is being trained; empty where none is."""
        self._chosen = self._shown = ""
        """The comparison that the user wants to see, and the one that is seen."""
        self._signature: object = None
        desk.recorded.connect(self._follow)
        desk.trainer.state_changed.connect(self._follow_state)
        desk.files.opened.connect(self._forget)

    def make_panel(self) -> TwinsPanel:
        from widgets.runs.twins.panel import TwinsPanel

        panel = TwinsPanel()
        panel.wished.connect(self._train)
        panel.chosen.connect(self._choose)
        panel.rest_wished.connect(self._train_rest)
        ShowWatch(panel).seen.connect(self._look)
        return panel

    def panels(self) -> tuple[Panel, ...]:
        return (
            Panel(
                "twins",
                self.tr("Twins"),
                Place.MEASURED,
                self.late,
                scrolls=True,
                least_width=LEAST_WIDTH,
            ),
        )

    def commands(self) -> tuple[MenuEntry, ...]:
        return (
            Command(
                "train-both",
                Section.RUN,
                self.tr("Train &both, with a single change…"),
                partial(self.desk.open_panel, "twins"),
                ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"),
            ),
        )

    def show_panel(self, panel: TwinsPanel, old: Shown | None, new: Shown) -> None:
        if new.news(old, "project"):
            panel.show_offers(None)
            self._settling.start()
        elif new.news(old, "selection"):
            self._offer()
        if new.news(old, "findings"):
            self._show_reason()

    def close(self) -> None:
        self._settling.stop()
        if self._looking is not None:
            self._looking.close()

    # what is offered

    @Slot()
    def _look(self) -> None:
        """Finds the twins of the project, and what is kept, beside the window."""
        if self.late.made is None or not self.late.made.isVisible():
            return
        if self._looking is not None:
            self._looking.cancel()
        runs, steps = self.desk.files.runs_folder(), self.desk.document.before_steps(STEPS)
        self._looking = Job(
            partial(_look, self.desk.shown.project, steps, runs, self._known(runs)),
            self._take,
            self._miss,
            owner=self,
        )
        self._looking.start()

    def _known(self, runs: Path) -> dict[Path, _Kept | None]:
        """What was read of these runs before, and will not change any more."""
        kept = {} if self._looked is None else self._looked.kept
        return {
            folder: told
            for folder, told in kept.items()
            if folder.parent == runs
            and told is not None
            and (told.record is None or came_to_its_end(told.record))
        }

    def _take(self, looked: _Looked) -> None:
        self._looking, self._looked = None, looked
        self._offer()
        self._show_reason()
        self._follow()

    def _offer(self) -> None:
        """Offers what was found, unless the project is another one by now; then it is looked at again."""
        from widgets.runs.twins.choice import Offers

        looked = self._looked
        if looked is None or looked.project != self.desk.shown.project:
            self._settling.start()
            return
        layers = tuple(name for name in self.desk.shown.selected_nodes if name in looked.project.network)
        self.panel.show_offers(Offers(looked.project, looked.twins, looked.earlier, layers))

    def _miss(self, reason: Message) -> None:
        self._looking = None
        self.desk.say(reason)

    def _show_reason(self) -> None:
        if self.late.made is None:
            return
        reason = ""
        if self.desk.trainer.busy:
            reason = self.tr("A run is in progress: stop it first, or wait until it ends.")
        elif in_the_way := blocking(self.desk.shown.findings):
            reason = said(in_the_way[0].sentence)
        self.late.made.show_reason(reason)

    # what is trained

    @Slot(object)
    def _train(self, wish: Wish) -> None:
        if self.desk.trainer.busy:
            return
        project = self.desk.shown.project
        seeds = seeds_from(project.recipe.learning.seed, wish.seeds)
        self._begin(planned_rounds(project, wish.twin, seeds, wish.measure, self._next_id()))

    @Slot()
    def _train_rest(self) -> None:
        """Trains what is missing of the comparison that is shown."""
        found = self._comparisons()
        if self.desk.trainer.busy or self._shown not in found:
            return
        runs = [(header.part, project) for header, project, _ in self._runs() if header.part is not None]
        runs = [each for each in runs if each[0].comparison == self._shown]
        rounds = rest_of(runs, found[self._shown].settled, self._next_id(), self._cut_off())
        self._begin(tuple(tuple(map(self._under_its_id, each)) for each in rounds))

    def _cut_off(self) -> dict[tuple[str, int], Path]:
        """The folders of those runs of the comparison that is shown that were cut off and can go on."""
        kept = {} if self._looked is None else self._looked.kept
        return {
            (each.header.part.side, each.header.seed): folder
            for folder, each in kept.items()
            if each is not None
            and each.header.part is not None
            and each.header.part.comparison == self._shown
            and each.record is not None
            and may_go_on(each.record.ended)
        }

    def _under_its_id(self, planned: Planned) -> Planned:
        """One that goes on keeps the id under which the window shows it."""
        known = None if planned.folder is None else self.desk.runs.kept.run_in(planned.folder)
        return planned if known is None else replace(planned, id=known)

    def _next_id(self) -> str:
        return f"twins-{next(self._count)}"

    def _begin(self, rounds: tuple[Round, ...]) -> None:
        self._begun |= {run.id: run for each in rounds for run in each}
        self._going_on = self._chosen = rounds[0][0].part.comparison
        self.desk.comparison_wished.emit(rounds)
        self._follow()

    @Slot()
    def _follow_state(self) -> None:
        if not self.desk.trainer.busy:
            self._going_on = ""
            self._signature = None
            self._settling.start()
        self._show_reason()
        self._follow()

    @Slot()
    def _forget(self) -> None:
        """Another project was opened."""
        self._begun, self._chosen, self._looked, self._signature = {}, "", None, None
        self._look()
        self._follow()

    # what came of it

    @Slot(str)
    def _choose(self, comparison: str) -> None:
        self._chosen, self._signature = comparison, None
        self._follow()

    @Slot()
    def _follow(self) -> None:
        """Shows what the comparison has measured since; only where something has."""
        panel = self.late.made
        if panel is None or not panel.isVisible():
            return
        found = self._comparisons()
        shown = self._shown = self._chosen if self._chosen in found else next(reversed(found), "")
        comparison = found.get(shown)
        signature = shown, tuple(found), self._going_on, _signature(comparison)
        if signature == self._signature:
            return
        self._signature = signature
        titles = [(name, said(_title(found[name]))) for name in reversed(found)]
        panel.show_comparisons(titles, shown)
        panel.show_comparison(comparison, going_on=bool(shown) and shown == self._going_on)

    def _comparisons(self) -> dict[str, Comparison]:
        """All comparisons by their ids, the newest last; those of this window as far as they are."""
        told = ((header, record) for header, _, record in self._runs() if record is not None)
        return comparisons(told)

    def _runs(self) -> tuple[_Kept, ...]:
        """The runs of all comparisons: those that were read, and those of this window."""
        records = {record.run: record for record in self.desk.shown.records}
        kept = () if self._looked is None else tuple(filter(None, self._looked.kept.values()))
        begun = (
            _Kept(Header(str(run.title), seed=run.seed, part=run.part), run.project, records.get(name))
            for name, run in self._begun.items()
        )
        return (*kept, *begun)


def _title(comparison: Comparison) -> Message:
    """`Tanh → ReLU, 5 seeds`."""
    return plural(
        "{words}, {count} seed",
        "{words}, {count} seeds",
        count=comparison.planned,
        words=comparison.sides[-1].words,
    )


def _signature(comparison: Comparison | None) -> object:
    """What tells whether there is anything new to draw."""
    if comparison is None:
        return None
    return tuple(
        (run.seed, len(run.record.validations), run.record.ended is None)
        for side in comparison.sides
        for run in side.runs
    )


def _look(project: Project, steps: Steps, runs: Path, known: dict[Path, _Kept | None], task: Task) -> _Looked:
    kept: dict[Path, _Kept | None] = {}
    for folder in run_folders(runs):
        if task.cancelled:
            break
        kept[folder] = known[folder] if folder in known else _read(folder)
    newest = [each for each in kept.values() if each is not None][-NEWEST:]
    return _Looked(project, offered_twins(project), _earlier(project, steps, newest), kept)


def _read(folder: Path) -> _Kept | None:
    try:
        header = header_of(folder)
        record = None if header.part is None else read_run(folder).record
        return _Kept(header, read_project(folder / PROJECT), record)
    except UserError:
        return None


def _earlier(project: Project, steps: Steps, kept: list[_Kept]) -> tuple[Twin, ...]:
    """The project as it was before these steps and in these runs, the newest first, each form of it once."""
    runs = [(message("as in “{name}”", name=k.header.short or k.header.title), k.project) for k in kept]
    edits = [(message("before “{step}”", step=step), before) for step, before in steps]
    seen, twins = [project], []
    for when, before in (*edits, *reversed(runs)):
        # runs of a comparison have seeds of their own
        before = replace(before, recipe=with_settings(before.recipe, seed=project.recipe.learning.seed))
        if before not in seen:
            seen.append(before)
            twins.append(earlier_twin(project, before, when))
    return tuple(twins)
