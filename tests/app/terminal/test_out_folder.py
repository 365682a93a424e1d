"""However long a run in the terminal is, its memory stays small, and what it tells and writes the same."""

from __future__ import annotations

import errno
import itertools
import os
import re

import pytest

from app.terminal import driving, resume_command, training_command
from app.terminal.command_line import main
from app.terminal.out_folder import CURVES, Curves, Out
from app.terminal.resume_command import go_on
from networks.core.message import UserError
from networks.project.project import write_project
from networks.runs.events import Stepped
from networks.runs.kept import reading
from networks.runs.kept.folders import run_folders
from networks.runs.kept.reading import read_run, read_summary
from networks.runs.record import Record
from networks.runs.table import csv_text
from networks.training.engine.run import Run
from networks.training.keeping.recorder import Named, begun
from tests.networks.training.engine.test_run import PLAIN, project

pytestmark = pytest.mark.usefixtures("collector_at_rest")
FEW = 40


@pytest.fixture
def records(monkeypatch):
    """The records that the terminal holds, of few steps, and how many steps they have held at most."""
    held = []

    class Held(Record):
        def take(self, events):
            super().take(events)
            held.append(len(self.steps))

    monkeypatch.setattr(driving, "TELL_SECONDS", 0.0)
    monkeypatch.setattr(training_command, "MANY", FEW)
    monkeypatch.setattr(training_command, "Record", Held)
    monkeypatch.setattr(resume_command, "MANY", FEW)
    monkeypatch.setattr(reading, "Record", Held)
    return held


def without_seconds(text):
    return re.sub(r"[0-9.]+ s\b", "", text)


def test_a_long_run_is_told_and_written_as_ever(tmp_path, records, monkeypatch, capsys):
    write_project(project(PLAIN, batch_size=20, epochs=3), tmp_path / "net.json")
    assert main(["train", str(tmp_path / "net.json"), "--out", str(tmp_path / "thinned")]) == 0
    thinned = without_seconds(capsys.readouterr().err)
    assert 0 < max(records) <= FEW
    monkeypatch.setattr(training_command, "MANY", None)
    assert main(["train", str(tmp_path / "net.json"), "--out", str(tmp_path / "whole")]) == 0
    assert without_seconds(capsys.readouterr().err) == thinned
    assert thinned.count("epoch ") == 3
    tables = [(tmp_path / name / CURVES).read_text() for name in ("thinned", "whole")]
    assert tables[0] == tables[1]
    folder = run_folders(tmp_path / "net.runs")[0]
    kept = read_run(folder).record
    assert len(kept.steps) == 3 * 72
    assert tables[0] == csv_text([kept])


def test_a_run_that_goes_on_has_its_whole_table_in_the_folder_of_out(tmp_path, records, capsys):
    """As where torchrun has started the processes anew."""
    run = Run(project(PLAIN, batch_size=100, epochs=4))
    keeping = begun(run, tmp_path / "net.runs", Named("a"))
    events = run.train()
    for event in itertools.takewhile(lambda event: getattr(event, "step", 0) < 37, events):
        keeping.take(event)
    keeping.checkpoint()
    keeping._wait()
    events.close()
    keeping._metrics.close()
    (keeping.folder / "legs" / "0001.json").unlink()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "weights-best.safetensors").write_bytes(b"of the processes that died")
    assert go_on(keeping.folder, out=Out(tmp_path / "out")) == 0
    assert 0 < max(records) <= FEW
    assert (tmp_path / "out" / CURVES).read_text() == csv_text([read_run(keeping.folder).record])
    assert sorted(os.listdir(tmp_path / "out")) == [CURVES, "weights.safetensors"]
    assert "epoch 4/4" in capsys.readouterr().err


def steps(count, first=1):
    return [Stepped("run", first + each, 1.0, {"training loss": 0.5}) for each in range(count)]


def test_of_an_epoch_that_never_ends_whole_lines_are_written_now_and_then(tmp_path, monkeypatch):
    monkeypatch.setattr("app.terminal.out_folder._PIECE", 1000)
    with Curves(tmp_path / CURVES) as curves:
        for first in range(1, 1000, 10):
            curves.take(steps(10, first))
            assert curves._waiting.tell() <= 1000
            text = (tmp_path / CURVES).read_text()
            assert not text or text.endswith("\n")
    assert len((tmp_path / CURVES).read_text().splitlines()) == 1001


@pytest.mark.skipif("not __import__('os').path.exists('/dev/full')")
def test_a_table_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / CURVES).symlink_to("/dev/full")

    def write():
        with Curves(tmp_path / CURVES) as curves:
            curves.take(steps(3))
            curves.end_epoch()

    with pytest.raises(UserError, match="was not saved"):
        write()


@pytest.mark.parametrize("out", [False, True])
def test_what_could_not_be_written_is_not_said_to_be_there(tmp_path, monkeypatch, capsys, out):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("networks.training.keeping.recorder.write_weights", full)
    write_project(project(PLAIN, batch_size=300), tmp_path / "net.json")
    options = ["--out", str(tmp_path / "out")] if out else []
    assert main(["train", str(tmp_path / "net.json"), *options]) == 1
    told = capsys.readouterr()
    (folder,) = run_folders(tmp_path / "net.runs")
    assert "no space left" in told.err
    assert f"Not all of the run could be written into “{folder}”." in told.err
    assert str(folder) not in told.out
    assert ("Curves and weights are in" in told.out) is out


def test_a_run_that_is_trained_further_has_as_many_epochs_as_it_trained(tmp_path, capsys):
    write_project(project(PLAIN, batch_size=300), tmp_path / "net.json")
    assert main(["train", str(tmp_path / "net.json")]) == 0
    (folder,) = run_folders(tmp_path / "net.runs")
    assert main(["resume", str(folder), "--epochs", "2"]) == 0
    assert "epoch 4/4" in capsys.readouterr().err
    assert main(["runs", str(tmp_path / "net.json")]) == 0
    assert "4/4" in capsys.readouterr().out
    assert read_summary(folder).planned == 4
