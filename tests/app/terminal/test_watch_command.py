"""A run that another process trains is followed in the terminal, until it ends in words."""

from __future__ import annotations

import os

import pytest

from app.terminal import watch_command
from app.terminal.command_line import main
from networks.runs.kept.files import LEGS, METRICS
from networks.runs.kept.legs import End, claim_leg, end_leg, now
from networks.runs.kept.reading import read_run
from networks.runs.table import csv_text
from tests.app.terminal.test_command_line import _fails
from tests.networks.runs.kept.test_legs import a_leg, dead
from tests.networks.runs.kept.test_metrics import started, stepped, validated, written
from tests.networks.runs.kept.test_reading import make

HEADING = "epoch  training loss  training accuracy  validation loss"


def append(folder, data):
    with open(folder / METRICS, "ab") as file:
        file.write(data)


def finish(folder):
    end_leg(folder, 1, End("finished", "Trained for 2 epochs.", 8, now()))


def die(folder):
    leg = folder / LEGS / "0001.json"
    leg.write_text(leg.read_text().replace(f'"pid": {os.getpid()}', f'"pid": {dead()}'))


@pytest.fixture
def between(monkeypatch):
    """What the other process does between two looks, one thing each time."""
    things = []
    monkeypatch.setattr(watch_command.time, "sleep", lambda _: things.pop(0)())
    return things


@pytest.fixture
def folder(tmp_path):
    return make(tmp_path / "0001 skips removed", [started(), *map(stepped, range(1, 5))])


def test_rows_come_with_the_epochs_and_the_end_in_words(folder, between, capsys):
    seen = []
    last = written([validated(8, 0.25)])
    between += [
        lambda: append(folder, written([validated(4)])),
        lambda: seen.append(capsys.readouterr().out),
        lambda: append(folder, written(map(stepped, range(5, 9))) + last[:20]),
        lambda: append(folder, last[20:]),
        lambda: finish(folder),
    ]
    assert main(["watch", str(folder)]) == 0
    seen += capsys.readouterr().out.splitlines()
    title, heading, first = seen[0].splitlines()
    assert title == "ResNet-20 · skips removed"
    assert heading == HEADING
    assert first.split() == ["1", "0.5000", "–", "0.5000"]
    assert [line.split()[0] for line in seen[1:]] == ["2", "Trained"]
    assert seen[1].split() == ["2", "0.5000", "–", "0.2500"]


def test_a_run_that_is_over_is_shown_whole(folder, capsys):
    append(folder, written([validated(4), *map(stepped, range(5, 9)), validated(8)]))
    finish(folder)
    assert main(["watch", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["ResNet-20", "epoch", "1", "2", "Trained"]


def test_a_process_that_died_is_told(folder, between, capsys):
    between += [lambda: append(folder, b'{"step": 5, "epo'), lambda: die(folder)]
    assert main(["watch", str(folder)]) == 1
    assert "Interrupted after 1 epoch; it can go on." in capsys.readouterr().out


@pytest.mark.parametrize("reason", ["failed", "diverged"])
def test_a_run_that_broke_off_is_told(folder, between, capsys, reason):
    between += [lambda: end_leg(folder, 1, End(reason, "The loss became NaN.", 4, now()))]
    assert main(["watch", str(folder)]) == 1
    assert "The loss became NaN." in capsys.readouterr().out


def test_ctrl_c_stops_watching_only(folder, between, capsys):
    def interrupt():
        raise KeyboardInterrupt

    before = sorted(folder.rglob("*"))
    between += [interrupt]
    assert main(["watch", str(folder)]) == 130
    assert "The run goes on." in capsys.readouterr().err
    assert sorted(folder.rglob("*")) == before


def test_the_table_of_all_steps_is_the_run_s_table(folder, between, capsys):
    between += [
        lambda: append(folder, written([validated(4), stepped(5)])),
        lambda: append(folder, written(map(stepped, range(6, 9)))),
        lambda: append(folder, written([validated(8)])),
        lambda: finish(folder),
    ]
    assert main(["watch", "--csv", str(folder)]) == 0
    captured = capsys.readouterr()
    assert captured.out == csv_text([read_run(folder).record])
    assert "Trained for 2 epochs." in captured.err


@pytest.mark.parametrize("options", [[], ["--csv"]])
def test_a_run_that_somebody_goes_on_with_goes_back(folder, between, capsys, options):
    def go_on():
        die(folder)
        claim_leg(folder, a_leg())
        append(folder, b"\n" + written([started(2), stepped(3), stepped(4), validated(4, 0.25)]))

    between += [lambda: append(folder, written([stepped(5)]) + b'{"st'), go_on, lambda: end(folder)]

    def end(folder):
        end_leg(folder, 2, End("finished", "Trained for 1 epoch.", 4, now()))

    assert main(["watch", *options, str(folder)]) == 0
    captured = capsys.readouterr()
    assert "went on from an earlier step" in captured.err
    assert "0.25" in captured.out


def test_what_is_no_run_cannot_be_watched(tmp_path, capsys):
    assert "is not the folder of a run" in _fails(["watch", tmp_path], capsys)


def test_a_folder_that_goes_away_is_told(folder, between, capsys):
    between += [lambda: folder.rename(folder.with_name("elsewhere"))]
    assert "is gone: it was moved or deleted" in _fails(["watch", folder], capsys)
