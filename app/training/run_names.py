"""What runs are called: by their network and by what was changed, and no two of them alike."""

from __future__ import annotations

from typing import Literal, NamedTuple

from PySide6.QtCore import QCoreApplication

from networks.core.message import message, visible
from networks.project.difference import run_name
from networks.project.project import Project
from networks.runs.record import Record, Records
from widgets.look.translation import said


class Before(NamedTuple):
    """What the run before has trained, and the preset from which its network comes."""

    project: Project | None
    called: str | None


def before(project: Project) -> Before:
    """What the next run is compared with where this project was trained."""
    return Before(project, run_name(project)[0])


def unused(name: str, kind: Literal["title", "short"], records: Records) -> str:
    """The name, with a number behind it where another run has it already, be it one that was deleted."""
    taken = {getattr(record, kind) for record in (*records, *records.removed)}
    number, free = 1, name
    while free in taken:
        number += 1
        free = said(message("{name} ({number})", name=name, number=number))
    return free


def name_run(
    record: Record,
    project: Project,
    last: Before,
    records: Records,
    parent: str = "",
    named: tuple[str, str] | None = None,
) -> Before:
    """Calls a run by its network and by what was changed since the `last` one, or as it is `named`.

    Gives what the next one is compared with.
    """
    called, changes = run_name(project, *last)
    record.parent = parent
    if named is not None:
        record.title, record.short = (
            unused(named[0], "title", records),
            unused(named[1], "short", records),
        )
        return Before(project, called)
    name = QCoreApplication.translate("Runs", "Own network") if called is None else called
    record.short = unused(said(changes), "short", records)
    title = QCoreApplication.translate("Runs", "{network} · {change}").format(
        network=name, change=said(changes)
    )
    if parent:
        words = QCoreApplication.translate("Runs", "{title}, from “{parent}”")
        title = words.format(title=title, parent=visible(parent, 60))
    record.title = unused(title, "title", records)
    return Before(project, called)
