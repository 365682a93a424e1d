"""How the runs of a project follow from each other: what changed from one to the next, and what is alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from networks.core.message import Message, UserError
from networks.project.difference import difference, run_name
from networks.project.project import Project, read_project
from networks.project.run_titles import OWN
from networks.recipes.recipe import with_settings
from networks.runs.columns import Origin
from networks.runs.kept.files import PROJECT, Part, header_of, label_of
from networks.runs.kept.folders import number_of
from networks.runs.kept.reading import read_summary
from networks.runs.summary import Summary


def origin(project: Project, before: Project | None, since: str = "", part: Part | None = None) -> Origin:
    """Where a run comes from: `before` is what its parent trained, and `since` what that is called.

    `part` is the run's part in a comparison.
    """
    changes: tuple[Message, ...] = () if before is None else difference(before, project)
    called = run_name(project)[0]
    return Origin(str(OWN) if called is None else called, changes, since, family(project, part))


def family(project: Project, part: Part | None = None) -> str:
    """The same for projects that differ in the seed only.

    The runs of one side of a comparison are a family of their own: twins begin with weights that they share,
    so they are not what their projects give alone, and their seeds would be counted twice.
    """
    alike = replace(project, recipe=with_settings(project.recipe, seed=0))
    told = msgspec.json.encode(alike)
    if part is not None:
        told += f"\n{part.comparison}\n{part.side}".encode()
    return hashlib.blake2b(told, digest_size=12).hexdigest()


def trained_project(folder: Path) -> Project | None:
    """What the run in a folder trains; None where that cannot be read."""
    try:
        return read_project(folder / PROJECT)
    except UserError:
        return None


def told_of(
    unread: Sequence[Path], known: Sequence[Path] = ()
) -> Iterator[tuple[Path, Summary | Origin | Message]]:
    """What a table tells of the runs in these folders: summaries, the newest first, and then their origins.

    A Message says why a run cannot be read. `known` are folders of runs that were read before and may be
    parents. A run's parent is the one that it went on from, where that is there, or else the one before it.
    """
    names: dict[Path, _Names] = {}
    for folder in sorted(unread, key=_place, reverse=True):
        try:
            found = read_summary(folder)
        except UserError as error:
            yield folder, error.reason
        else:
            names[folder] = _Names(found.title, found.short, found.parent)
            yield folder, found
    yield from _origins([folder for folder in unread if folder in names], names | _names_of(known))


class _Names(NamedTuple):
    title: str
    short: str
    parent: str


def _names_of(folders: Sequence[Path]) -> dict[Path, _Names]:
    found: dict[Path, _Names] = {}
    for folder in folders:
        with suppress(UserError):
            header, label = header_of(folder), label_of(folder)
            title = label.title or header.title
            found[folder] = _Names(title, label.title or header.short or title, header.parent)
    return found


def _origins(folders: Sequence[Path], names: dict[Path, _Names]) -> Iterator[tuple[Path, Origin]]:
    in_order = sorted(names, key=_place)
    before = {newer: older for older, newer in pairwise(in_order)}
    titled = {names[folder].title: folder for folder in in_order}
    projects: dict[Path, Project | None] = {}
    for folder in sorted(folders, key=_place, reverse=True):
        parent = titled.get(names[folder].parent) or before.get(folder)
        if parent is not None and _place(parent) >= _place(folder):
            parent = before.get(folder)
        for each in (folder, parent):
            if each is not None and each not in projects:
                projects[each] = trained_project(each)
        project = projects.pop(folder)
        since = None if parent is None else projects[parent]
        if project is not None:
            yield (
                folder,
                origin(
                    project,
                    since,
                    "" if parent is None or since is None else names[parent].short,
                    _part_of(folder),
                ),
            )
        # of all that were read, the next one is needed again
        projects = {each: projects[each] for each in projects if each == before.get(folder)}


def _part_of(folder: Path) -> Part | None:
    """A run's part in a comparison; None where it has none, or it cannot be read."""
    try:
        return header_of(folder).part
    except UserError:
        return None


def _place(folder: Path) -> tuple[int, str]:
    return number_of(folder), folder.name
