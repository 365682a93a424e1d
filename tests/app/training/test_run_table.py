"""The table of runs lists all of a folder, reads them beside the window, and follows those that train."""

from __future__ import annotations

import os

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QObject

from app.training.kept_runs import KeptRuns
from app.training.run_table import RunTable
from networks.core.message import message
from networks.project.project import first_project, write_project
from networks.recipes.recipe import with_settings
from networks.runs.events import Finished, Stepped
from networks.runs.kept.files import HEADER, PROJECT, Label, Part, header_of, write_json, write_label
from networks.runs.kept.folders import claimed
from networks.runs.kept.reading import read_run
from networks.runs.record import Record
from tests.networks.locked_folders import MODES, as_anybody, needs_permissions, open_place
from tests.networks.runs.kept.test_legs import dead
from tests.networks.runs.kept.test_reading import TOLD, make


def project(**settings):
    first = first_project()
    return replace(first, recipe=with_settings(first.recipe, **settings))


def a_run(parent, words="one", **settings):
    folder = make(claimed(parent, words), pid=dead())
    write_project(project(**settings), folder / PROJECT)
    return folder


@pytest.fixture
def table(qtbot):
    owner = QObject()
    kept = KeptRuns(lambda move: None, owner)
    found = RunTable(kept, owner)
    found.lists, found.sentences, found.kept = [], [], kept
    found.listed.connect(lambda runs: found.lists.append(runs))
    found.troubled.connect(lambda reason: found.sentences.append(str(reason)))
    yield found
    found.close()
    kept.close()


def complete(table):
    return all(row.summary is not None and row.origin is not None for row in table.rows.values())


def load(table, runs, qtbot):
    before = len(table.lists)
    table.load(runs)
    qtbot.waitUntil(lambda: len(table.lists) > before and complete(table))


def test_all_runs_are_there_with_what_was_changed(table, tmp_path, qtbot):
    for number in range(40):
        a_run(tmp_path, f"run {number}", epochs=number + 1)
    load(table, tmp_path, qtbot)
    rows = sorted(table.rows.values(), key=lambda row: row.number)
    assert [row.number for row in rows] == list(range(1, 41))
    assert table.lists == [tuple(row.run for row in rows)]
    assert str(rows[0].origin.words) == "the start"
    assert [str(row.origin.words) for row in rows[1:3]] == ["Epochs 1 → 2", "Epochs 2 → 3"]
    assert rows[0].summary.last["validation loss"] == 0.5


def test_the_runs_of_one_side_of_a_comparison_are_a_family_of_their_own(table, tmp_path, qtbot):
    for side, seed in (("A", 1), ("B", 1), ("A", 2), ("B", 2), ("", 1)):
        folder = a_run(tmp_path, seed=seed)
        if side:
            header = header_of(folder)
            write_json(folder / HEADER, replace(header, part=Part("today", side)))
    load(table, tmp_path, qtbot)
    families = [row.origin.family for row in table.rows.values()]
    assert families[0] == families[2] != families[1] == families[3]
    assert families[4] not in families[:4]
    # the same as of those that begin in this session
    record = Record("twins-1-A-3", "A", 2)
    table.begin(record, project(seed=3), Part("today", "A"))
    qtbot.waitUntil(lambda: table.rows["twins-1-A-3"].origin is not None)
    assert table.rows["twins-1-A-3"].origin.family == families[0]


def test_runs_that_differ_in_the_seed_are_of_one_family(table, tmp_path, qtbot):
    for seed, epochs in ((1, 2), (2, 2), (3, 4)):
        a_run(tmp_path, seed=seed, epochs=epochs)
    load(table, tmp_path, qtbot)
    one, two, other = (row.origin.family for row in table.rows.values())
    assert one == two != other


def test_runs_that_come_later_are_added_to_those_that_are_there(table, tmp_path, qtbot):
    a_run(tmp_path, epochs=1)
    load(table, tmp_path, qtbot)
    a_run(tmp_path, epochs=2)
    load(table, tmp_path, qtbot)
    assert [len(runs) for runs in table.lists] == [1, 1]
    assert [str(row.origin.words) for row in table.rows.values()] == ["the start", "Epochs 1 → 2"]


def test_a_run_that_cannot_be_read_is_told_of_and_the_others_are_there(table, tmp_path, qtbot):
    a_run(tmp_path)
    (a_run(tmp_path, "damaged") / HEADER).write_text("{")
    load(table, tmp_path, qtbot)
    assert [row.number for row in table.rows.values()] == [1]
    assert "was not read: it is damaged" in table.sentences[0]


def test_a_new_run_follows_the_newest_one_or_the_one_it_goes_on_from(table, tmp_path, qtbot):
    a_run(tmp_path, epochs=1)
    write_label(a_run(tmp_path, epochs=2), Label("my best", "a note"))
    load(table, tmp_path, qtbot)
    table.begin(Record("run-1", "new", 7), project(epochs=7))
    further = Record("run-2", "further", 1)
    further.parent = "my best"
    table.begin(further, project(epochs=9))
    qtbot.waitUntil(lambda: complete(table))
    assert str(table.rows["run-1"].origin.words) == "Epochs 2 → 7"
    assert (table.rows["run-2"].origin.since, str(table.rows["run-2"].origin.words)) == (
        "my best",
        "Epochs 2 → 9",
    )
    # the next one follows the newest of this session
    table.begin(Record("run-3", "third", 1), project(epochs=10))
    qtbot.waitUntil(lambda: complete(table))
    assert str(table.rows["run-3"].origin.words) == "Epochs 9 → 10"


def test_a_row_follows_its_record_and_keeps_the_note(table, qtbot):
    record = Record("run-1", "new", 2)
    table.begin(record, project())
    table.label("run-1", note="look at the last epoch")
    record.take(TOLD)
    table.take([record])
    summary = table.rows["run-1"].summary
    assert (summary.epochs, summary.note, str(summary.word)) == (2.0, "look at the last epoch", "training")
    told = []
    table.changed.connect(lambda: told.append(None))
    # nothing new, nothing to show
    table.take([record])
    assert not told


def test_the_row_of_a_run_that_goes_on_follows_it_twice_a_second_and_its_end_at_once(table, qtbot):
    record = Record("run-1", "new", 100)
    table.begin(record, project())
    told = []
    table.changed.connect(lambda: told.append(table.rows["run-1"].summary.epochs))

    def grow(step):
        record.take([Stepped("run-1", step, step / 2, {"training loss": 1.0})])
        table.take([record])

    for step in range(1, 21):
        grow(step)
    # more than once only where this takes longer than half a second
    assert told[0] == 0.5
    assert len(told) < 10
    qtbot.waitUntil(lambda: told[-1] == 10.0)
    grow(21)
    grow(22)
    record.take([Finished("run-1", "stopped", 22, message("stopped"))])
    table.take([record])
    assert told[-1] == 11.0
    assert table.rows["run-1"].summary.mark != "running"


def test_what_is_removed_can_be_restored(table, tmp_path, qtbot):
    a_run(tmp_path)
    load(table, tmp_path, qtbot)
    (run,) = table.rows
    table.remove([run])
    assert (table.rows, table.removed) == ({}, (run,))
    table.restore()
    assert list(table.rows) == [run]


@needs_permissions
@pytest.mark.parametrize("mode", MODES)
def test_a_folder_of_runs_that_may_not_be_read_is_told_of_once(table, mode, qtbot):
    with open_place() as place:
        runs = place / "lab.runs"
        runs.mkdir()
        a_run(runs)
        os.chmod(runs, mode)
        with as_anybody():
            table.load(runs)
            qtbot.waitUntil(lambda: bool(table.sentences))
            table.close()
        assert table.sentences == [
            f"The runs in “{runs}” could not be listed: you have no permission to read it."
        ]
        assert not table.rows


@needs_permissions
def test_a_run_that_may_not_be_read_is_told_of_and_the_others_are_there(table, qtbot):
    with open_place() as place:
        runs = place / "lab.runs"
        runs.mkdir()
        locked, _ = a_run(runs), a_run(runs, "two", epochs=2)
        os.chmod(locked, 0)
        with as_anybody():
            load(table, runs, qtbot)
        (sentence,) = table.sentences
        assert sentence.endswith("was not read: you have no permission to read it.")
        assert len(table.rows) == 1


def test_a_note_is_there_also_where_the_curves_were_read_first(table, tmp_path, qtbot):
    folder = a_run(tmp_path)
    write_label(folder, Label("", "steady"))
    run = table.add(folder)
    # before what was read beside the window is taken
    table.take([read_run(folder, run).record])
    assert table.rows[run].summary.note == ""
    qtbot.waitUntil(lambda: table.rows[run].summary.note == "steady")
    assert table.rows[run].summary.begun == header_of(folder).begun
    assert table.rows[run].summary.seed == 0
