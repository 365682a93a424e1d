"""Damaged run folders: whatever is done with them in the window gives a sentence and harms no other run."""

from __future__ import annotations

import json
import os
import shutil

import pytest
from PySide6.QtGui import QAction

from app.features.runs.training import Training
from app.training.trainer import State
from networks.project.project import write_project
from networks.runs.kept import files
from networks.runs.kept.folders import run_folders
from networks.training.engine.run import Run
from networks.training.keeping.recorder import Named, begun
from tests.app.window.opened import OpenedWindow
from tests.networks.training.engine.test_run import RANDOM, project

WAIT = 90_000
NOTE = "red\x1b[31m \u202eesrever \x00 nul\n\tsecond line\r" + "z" * 5000
ODD = {
    "title": "odd \x1b[2J\u202e name\nline",
    "begun": "no time",
    "epochs": -5,
    "seed": 3,
    "part": {"comparison": "x", "side": "Q", "seeds": -3, "measure": "nonsense", "keep": "zzz"},
}


def half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 + 7])


def each(pattern, damage):
    return lambda folder: [damage(path) for path in folder.rglob(pattern)]


def folder_in_place_of(name):
    def damage(folder):
        (folder / name).unlink(missing_ok=True)
        (folder / name).mkdir()

    return damage


def written(name, data):
    return lambda folder: (folder / name).write_bytes(data)


READ = {
    "metrics cut off": lambda folder: half(folder / "metrics.jsonl"),
    "metrics empty": written("metrics.jsonl", b""),
    "metrics gone": lambda folder: (folder / "metrics.jsonl").unlink(),
    "metrics garbled": written("metrics.jsonl", bytes(range(256)) * 400),
    "metrics of other types": lambda folder: (folder / "metrics.jsonl").write_bytes(
        (folder / "metrics.jsonl")
        .read_bytes()
        .replace(b'"step":3', b'"step":[3]')
        .replace(b":2.", b':"2",".')
    ),
    "header odd": written("run.json", json.dumps(ODD).encode()),
    "project gone": lambda folder: (folder / "project.json").unlink(),
    "project garbled": written("project.json", b"{"),
    "project of another type": written("project.json", b"[1, 2]"),
    "weights gone": each("*.safetensors", lambda path: path.unlink()),
    "weights cut off": each("*.safetensors", half),
    "weights garbled": each("*.safetensors", lambda path: path.write_bytes(b"\xff" * 5000)),
    "weights empty": each("*.safetensors", lambda path: path.write_bytes(b"")),
    "legs gone": lambda folder: shutil.rmtree(folder / "legs"),
    "legs garbled": each("legs/*.json", lambda path: path.write_bytes(b"{")),
    "label garbled": written("label.json", b"\x00{"),
    "label of other types": written("label.json", b'{"title": ["a"], "note": {}}'),
    "note odd": written("label.json", json.dumps({"note": NOTE}).encode()),
    "moments are no folder": lambda folder: (
        shutil.rmtree(folder / "moments"),
        (folder / "moments").write_text("x"),
    ),
}
"""What damages a run that can be read all the same."""
UNREAD = {
    "header empty": written("run.json", b""),
    "header of another type": written("run.json", b'{"title": 3}'),
    "metrics are a folder": folder_in_place_of("metrics.jsonl"),
}


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "lab.json"
    write_project(project(RANDOM), path)
    run = Run(project(RANDOM))
    recorder = begun(run, tmp_path / "lab.runs", Named("LeNet-5 · whole", "whole"))
    for event in run.train():
        recorder.take(event)
    return path


@pytest.fixture
def opened(saved, qtbot):
    """A function that opens the project with copies of its run, damaged in these ways."""

    def open_with(damages):
        (whole,) = run_folders(saved.with_name("lab.runs"))
        for number, (name, damage) in enumerate(damages.items(), 2):
            shutil.copytree(whole, place := whole.with_name(f"{number:04} {name}"))
            damage(place)
        window = OpenedWindow(project(RANDOM))
        window.files.dialogs.ask_discard = lambda: "discard"
        window.runs.may_begin = lambda *_: True
        window.told = []
        window.desk.told.connect(lambda sentence, _: window.told.append(sentence))
        window.files.dialogs.show_error = lambda reason: window.told.append(str(reason))
        qtbot.addWidget(window)
        window.show()
        qtbot.waitExposed(window)
        assert window.files.open_path(saved)
        return window

    return open_with


def settled(window, qtbot):
    """Waits until nothing is read, judged or trained any more."""
    table, kept = window.desk.runs.table, window.desk.runs.kept
    # all at the same time: a row whose curves came first has a summary before its note is read
    qtbot.waitUntil(
        lambda: (
            table._listing is table._reading is kept._reading is None
            and bool(table.rows)
            and all(row.summary for row in table.rows.values())
        ),
        timeout=WAIT,
    )
    qtbot.waitUntil(lambda: window.trainer.state is State.IDLE, timeout=WAIT)
    qtbot.waitUntil(lambda: not window.feature(Training).repeats.busy, timeout=WAIT)


def rows(window):
    return {row.number: row for row in window.desk.runs.table.rows.values()}


def trigger(window, run, name):
    """Does what an entry of the run's menu does, where it is offered."""
    window.feature(Training).measured.runs.table.select([run])
    menu = window.past.menu()
    action = menu.findChild(QAction, name)
    offered = action is not None and action.isEnabled()
    if offered:
        action.trigger()
    menu.deleteLater()
    return offered


@pytest.mark.parametrize("name", READ)
def test_a_damaged_run_can_be_drawn_looked_into_and_compared(opened, qtbot, tmp_path, name):
    window = opened({name: READ[name]})
    settled(window, qtbot)
    whole, damaged = rows(window)[1].run, rows(window)[2].run
    window.desk.curves_wished.emit((whole, damaged))
    settled(window, qtbot)
    contents = window.past.contents
    contents.ask_path = lambda file: tmp_path / "out.safetensors"
    trigger(window, damaged, "results")
    for kind in contents.kinds(damaged):
        trigger(window, damaged, f"export_{kind}")
        window.desk.writer.finish()
    window.feature(Training).measured.runs.compare_wished.emit((whole, damaged))
    settled(window, qtbot)
    for entry in ("repeat", "resume", "continue_last", "open_here"):
        if damaged in window.desk.runs.table.rows and trigger(window, damaged, entry):
            settled(window, qtbot)
            if window.trainer.state is not State.IDLE:
                window.trainer.stop()
                settled(window, qtbot)
    # the other one is as it was, and so is what was said of the one that is damaged
    assert rows(window)[1].summary.sentence is not None
    assert rows(window)[2].name
    assert not any(sign in sentence for sentence in window.told for sign in "\x1b\x00\u202e")


def test_those_that_cannot_be_read_are_told_and_no_others(opened, qtbot):
    window = opened(UNREAD)
    settled(window, qtbot)
    assert set(rows(window)) == {1}
    for name in UNREAD:
        assert any(name in sentence and "was not read" in sentence for sentence in window.told)


def test_a_folder_that_goes_away_while_it_is_shown_is_told(opened, qtbot, tmp_path):
    window = opened({"gone": lambda folder: None})
    settled(window, qtbot)
    gone = rows(window)[2].run
    shutil.rmtree(window.desk.runs.kept.folders[gone])
    contents = window.past.contents
    contents.ask_path = lambda file: tmp_path / "out.safetensors"
    for entry in ("results", "open_here", "repeat", "export_last", "continue_last"):
        trigger(window, gone, entry)
        settled(window, qtbot)
    window.feature(Training).measured.runs.compare_wished.emit((rows(window)[1].run, gone))
    settled(window, qtbot)
    window.runs.every.rename(gone, "another name")
    window.runs.every.note(gone, "a note")
    window.past.ask_delete = lambda count: True
    trigger(window, gone, "delete")
    settled(window, qtbot)
    assert 2 not in rows(window)
    assert rows(window)[1].summary is not None


def test_on_a_full_disk_a_name_that_could_not_be_kept_is_told(opened, qtbot, monkeypatch):
    window = opened({})
    settled(window, qtbot)

    def full(path, data):
        raise OSError(28, os.strerror(28))

    run = rows(window)[1].run
    monkeypatch.setattr("networks.core.storage._write", full)
    window.runs.every.rename(run, "another name")
    qtbot.waitUntil(lambda: any("there is no space left" in told for told in window.told), timeout=WAIT)
    assert files.label_of(window.desk.runs.kept.folders[run]) == files.Label()
    # what was typed is not lost
    assert rows(window)[1].name == "another name"


def test_a_note_with_characters_that_nobody_sees_is_shown_in_a_line(opened, qtbot):
    window = opened({"note odd": READ["note odd"]})
    settled(window, qtbot)
    summary = rows(window)[2].summary
    assert summary.note.startswith("red\\x1b[31m \\u202eesrever \\x00 nul\n")
    assert len(summary.note) < 5000
