"""What sweeps need done beside the window: planned, begun, read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from app.background.job import Task
from networks.core.message import plural
from networks.doctor.swept import refuse_untrainable
from networks.project.project import Project, project_to_json
from networks.project.sweeping import planned_sweep
from networks.runs.sweeps.queue import TO_COME, Cell, Plan, Queue, new_queue, queues
from networks.runs.sweeps.results import Results, results
from widgets.look.translation import said

if TYPE_CHECKING:
    from widgets.runs.sweeps.setup import Wish


class Planned(NamedTuple):
    """A sweep that could be begun: of this project, its plan, what it is called, and its runs."""

    project: Project
    plan: Plan
    words: str
    cells: list[tuple[Cell, Project]]


class Looked(NamedTuple):
    """The sweeps of a project, the newest first, each with its title; and what has come of one of them."""

    sweeps: tuple[tuple[Path, str], ...]
    shown: Results | None


def planned(project: Project, wish: Wish, task: Task) -> Planned:
    """Raises UserError where a value is not allowed, or with one the project could not be trained."""
    plan, words, cells = planned_sweep(project, wish.swept, wish.seeds, wish.measure)
    judged: list[Project] = []
    for cell, trained in cells:
        if task.cancelled:
            break
        if cell.seed != plan.seeds[0]:
            continue
        judged.append(trained)
        refuse_untrainable(cell.short, trained)
    return Planned(project, plan, words, cells)


def made(runs: Path, planned: Planned, _: Task) -> Queue:
    """In the job's thread: writes the folder of a sweep beside the runs of its project."""
    files = ((cell, project_to_json(trained)) for cell, trained in planned.cells)
    return new_queue(runs, planned.plan, planned.words, files)


def released(queue: Queue, _: Task) -> Queue:
    """In the job's thread: lets every program take further runs of a sweep again."""
    queue.pause(False)
    return queue


def looked_at(runs: Path, chosen: Path | None, known: Results | None, _: Task) -> Looked:
    """In the job's thread: the sweeps among these runs, and the results of the chosen or newest one."""
    found = [*queues(runs)]
    titles = tuple((queue.folder, _title(queue)) for queue in reversed(found))
    shown = next((queue for queue in found if queue.folder == chosen), found[-1] if found else None)
    if shown is None:
        return Looked((), None)
    same = known is not None and known.queue.folder == shown.folder
    return Looked(titles, results(shown, known if same else None))


def _title(queue: Queue) -> str:
    """`0003 Learning rate × Batch size: 9 runs`."""
    return said(
        plural(
            "{folder}: {count} run",
            "{folder}: {count} runs",
            count=len(queue.numbers()),
            folder=queue.folder.name,
        )
    )


def rest_of_sweeps(runs: Path, task: Task) -> tuple[Queue, int] | None:
    """The newest sweep that nobody works on and nobody holds, though runs of it wait; and how many."""
    for queue in reversed([*queues(runs)]):
        states = [queue.state(number) for number in queue.numbers()]
        left = sum(state in TO_COME for state in states)
        if task.cancelled or (left and not queue.paused):
            return None if task.cancelled or "running" in states else (queue, left)
    return None
