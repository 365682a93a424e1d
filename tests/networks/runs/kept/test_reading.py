"""A run read back from its folder is the run that was trained, and a damaged one gives a sentence."""

from __future__ import annotations

import json
import os

import pytest

from networks.core.message import UserError
from networks.runs.events import Failed
from networks.runs.kept.files import HEADER, METRICS, Header, Label, label_of, write_json, write_label
from networks.runs.kept.legs import End, claim_leg, end_leg, now
from networks.runs.kept.reading import is_run, read_run
from networks.runs.verdict import verdict
from tests.networks.runs.kept.test_legs import a_leg, dead
from tests.networks.runs.kept.test_metrics import started, stepped, validated, written

TOLD = [started(), *map(stepped, range(1, 9)), validated(8)]


def make(folder, told=TOLD, **process):
    folder.mkdir(exist_ok=True)
    write_json(folder / HEADER, Header("ResNet-20 · skips removed", "skips removed", begun=now(), epochs=2))
    claim_leg(folder, a_leg(**process))
    (folder / METRICS).write_bytes(written(told))
    return folder


def test_a_run_that_ended(tmp_path):
    end_leg(make(tmp_path), 1, End("finished", "Trained for 2 epochs.", 8, now()))
    run = read_run(tmp_path, "r")
    record = run.record
    assert (run.state, record.run, record.title, record.short) == (
        "ended",
        "r",
        "ResNet-20 · skips removed",
        "skips removed",
    )
    assert record.steps.step.tolist() == list(range(1, 9))
    assert (record.ended.reason, str(record.ended.message)) == ("finished", "Trained for 2 epochs.")
    assert (record.progress.epochs, record.progress.fraction) == (2, 1.0)
    assert record.best.step == 8


def test_a_run_that_was_interrupted_says_how_far_it_came(tmp_path):
    make(tmp_path, TOLD[:-3], pid=dead())
    run = read_run(tmp_path)
    assert run.state == "interrupted"
    assert str(run.record.ended.message) == "Interrupted after 1 epoch and 2 steps; it can go on."
    assert str(verdict(run.record).word) == "interrupted"


def test_a_run_that_goes_on_has_no_end(tmp_path):
    assert read_run(make(tmp_path)).record.ended is None


def test_a_run_that_broke_off(tmp_path):
    end_leg(make(tmp_path), 1, End("failed", "There is not enough memory {x}.", 3, now()))
    ended = read_run(tmp_path).record.ended
    assert isinstance(ended, Failed)
    assert str(ended.message) == "There is not enough memory {x}."


def test_it_can_be_read_up_to_where_it_goes_on(tmp_path):
    make(tmp_path, pid=dead())
    record = read_run(tmp_path, until=3).record
    assert record.steps.step.tolist() == [1, 2, 3]
    assert (record.best, record.ended) == (None, None)


def test_no_metrics_yet(tmp_path):
    make(tmp_path, [], pid=dead())
    (tmp_path / METRICS).unlink()
    assert str(read_run(tmp_path).record.ended.message) == "Interrupted after 0 epochs; it can go on."


def test_the_user_s_words_come_first(tmp_path):
    make(tmp_path)
    write_label(tmp_path, Label("my best", "try more filters"))
    record = read_run(tmp_path).record
    assert (record.title, record.short) == ("my best", "my best")
    assert label_of(tmp_path).note == "try more filters"


def test_names_from_a_file_are_escaped_and_bounded(tmp_path):
    make(tmp_path)
    data = json.loads((tmp_path / HEADER).read_bytes())
    (tmp_path / HEADER).write_text(json.dumps(data | {"title": "\x1b[2J" + "x" * 10_000}))
    title = read_run(tmp_path).record.title
    assert title.startswith("\\x1b[2Jxxx")
    assert len(title) < 250


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (HEADER, b""),
        (HEADER, b"{"),
        (HEADER, b"[1, 2]"),
        (HEADER, b"\xff\xfe\x00"),
        (HEADER, b'{"title": 3}'),
        (HEADER, b'{"title": "x", "format": 2}'),
        (HEADER, b'{"title": "x", "program": "other"}'),
        (HEADER, b"[" * 500_000),
        (HEADER, b" " * 2**21),
    ],
)
def test_a_damaged_run_gives_a_sentence(tmp_path, name, content):
    (make(tmp_path) / name).write_bytes(content)
    with pytest.raises(UserError, match="was not read"):
        read_run(tmp_path)


def test_a_pipe_or_a_folder_in_place_of_the_metrics_gives_a_sentence(tmp_path):
    make(tmp_path)
    (tmp_path / METRICS).unlink()
    os.mkfifo(tmp_path / METRICS)
    with pytest.raises(UserError, match="it is not a file"):
        read_run(tmp_path)


def test_a_damaged_label_says_nothing(tmp_path):
    make(tmp_path)
    (tmp_path / "label.json").write_bytes(b'{"title": ["x"]}')
    assert label_of(tmp_path) == Label()


def test_what_is_a_run(tmp_path):
    assert not is_run(tmp_path)
    assert is_run(make(tmp_path))


def test_a_line_that_is_cut_off_and_one_that_is_longer_than_any_are_no_fault(tmp_path):
    folder = make(tmp_path, [started()])
    with open(folder / METRICS, "ab") as file:
        file.write(b'{"note": "' + b"x" * 5_000_000 + b'"}\n')
        file.write(json.dumps({"step": 1, "epoch": 0.25, "training loss": 0.5}).encode() + b"\n")
        file.write(b'{"step": 2, "ep')
    assert read_run(folder).record.steps.step.tolist() == [1]
