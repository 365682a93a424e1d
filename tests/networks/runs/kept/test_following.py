"""Whoever follows a run has seen, whenever it looks, what reading the whole folder would show."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.core.message import UserError
from networks.runs.events import Failed, Finished, Stepped
from networks.runs.kept.files import HEADER, LEGS, METRICS, Header, write_json
from networks.runs.kept.following import Follower
from networks.runs.kept.legs import End, claim_leg, end_leg, now
from networks.runs.kept.reading import read_run
from tests.networks.runs.kept.test_legs import a_leg, dead
from tests.networks.runs.kept.test_metrics import started, stepped, validated, written
from tests.networks.runs.kept.test_reading import TOLD, make


def content(record):
    """All that charts show of a record."""
    return (
        record.steps.step.tolist(),
        record.steps.values("training loss").tolist(),
        record.validations.step.tolist(),
        record.validations.values("validation loss").tolist(),
        record.best and record.best.step,
        None if record.ended is None else (type(record.ended), str(record.ended.message)),
    )


class Watched:
    """What a window shows of a run that it follows."""

    def __init__(self, folder):
        self.follower = Follower(folder)
        self.record = self.follower.begin().record
        self.over = False

    def look(self):
        news = self.follower.read()
        if news.anew is not None:
            self.record = news.anew.record
        self.record.take(news.events)
        self.over = news.over
        return news


@given(
    legs=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 6), st.integers(0, 30)), max_size=4),
    cuts=st.lists(st.floats(0, 1), max_size=6),
)
def test_read_in_pieces_it_is_the_run_read_at_once(tmp_path_factory, legs, cuts):
    folder = make(tmp_path_factory.mktemp("run"), [])
    data, last = written([started()]), 0
    for back, steps, lost in legs:
        begun = max(0, last - back)
        last = begun + steps
        told = [
            started(begun),
            *(stepped(step, 1 / (len(data) + step)) for step in range(begun + 1, last + 1)),
            validated(last),
        ]
        # half a line is left where a process was killed, and the next leg begins on a line of its own
        rest = data[: len(data) - lost] if b"\n" in data[: len(data) - lost] else data
        data = rest + b"\n" * (not rest.endswith(b"\n")) + written(told)
    file = folder / METRICS
    file.write_bytes(b"")
    watched = Watched(folder)
    for cut in sorted(cuts):
        file.write_bytes(data[: int(cut * len(data))])
        watched.look()
        whole = file.read_bytes()
        file.write_bytes(whole[: whole.rfind(b"\n") + 1])
        assert content(watched.record) == content(read_run(folder).record)
    file.write_bytes(data)
    watched.look()
    assert content(watched.record) == content(read_run(folder).record)


def test_only_what_was_appended_is_read(tmp_path, monkeypatch):
    folder = make(tmp_path, [started(), *map(stepped, range(1, 1000))])
    watched = Watched(folder)
    read = []

    def of_legs(file, start, end):
        file.seek(start)
        read.append(file.read(end - start))
        return iter(())

    monkeypatch.setattr(watched.follower._lines, "of_legs", of_legs)
    more = written([stepped(1000)])
    with open(folder / METRICS, "ab") as file:
        file.write(more)
    watched.look()
    watched.look()
    assert read == [more, b""]


def test_half_a_line_waits_for_its_end(tmp_path):
    folder = make(tmp_path, [started(), stepped(1)])
    watched = Watched(folder)
    line = written([stepped(2)])
    with open(folder / METRICS, "ab") as file:
        file.write(line[:9])
        file.flush()
        assert watched.look().events == ()
        file.write(line[9:])
        file.flush()
        assert [event.step for event in watched.look().events] == [2]


def test_the_end_comes_in_words(tmp_path):
    folder = make(tmp_path)
    watched = Watched(folder)
    assert not watched.look().over
    with open(folder / METRICS, "ab") as file:
        file.write(written([stepped(9)]))
    end_leg(folder, 1, End("finished", "Trained for 2 epochs.", 9, now()))
    step, end = watched.look().events
    assert isinstance(step, Stepped)
    assert isinstance(end, Finished)
    assert str(end.message) == "Trained for 2 epochs."
    assert watched.over


def test_a_run_that_broke_off_says_why(tmp_path):
    folder = make(tmp_path)
    watched = Watched(folder)
    end_leg(folder, 1, End("failed", "There is not enough memory.", 8, now()))
    (end,) = watched.look().events
    assert isinstance(end, Failed)


def test_a_process_that_died_leaves_an_interrupted_run(tmp_path):
    folder = make(tmp_path)
    watched = Watched(folder)
    leg = folder / LEGS / "0001.json"
    leg.write_text(leg.read_text().replace(f'"pid": {os.getpid()}', f'"pid": {dead()}'))
    with open(folder / METRICS, "ab") as file:
        file.write(b'{"step": 9, "ep')
    (end,) = watched.look().events
    assert str(end.message) == "Interrupted after 2 epochs; it can go on."
    # somebody goes on with it, on a line of its own
    claim_leg(folder, a_leg())
    with open(folder / METRICS, "ab") as file:
        file.write(b"\n" + written([started(6), stepped(7, 0.25)]))
    news = watched.look()
    assert not news.over
    assert watched.record.steps.step.tolist() == list(range(1, 8))
    assert watched.record.ended is None


@pytest.mark.parametrize("over", [True, False])
def test_what_was_there_before_is_shown_whole(tmp_path, over):
    folder = make(tmp_path)
    if over:
        end_leg(folder, 1, End("finished", "Trained for 2 epochs.", 8, now()))
    assert content(Watched(folder).record) == content(read_run(folder).record)


def test_a_run_whose_leg_has_not_begun_is_about_to(tmp_path):
    write_json(tmp_path / HEADER, Header("a"))
    watched = Watched(tmp_path)
    assert watched.record.ended is None
    assert not watched.look().over
    claim_leg(tmp_path, a_leg())
    (tmp_path / METRICS).write_bytes(written(TOLD))
    watched.look()
    assert len(watched.record.steps) == 8


def test_a_folder_that_is_gone_is_told(tmp_path):
    folder = make(tmp_path / "run")
    watched = Watched(folder)
    folder.rename(tmp_path / "moved")
    with pytest.raises(UserError, match="is gone: it was moved or deleted"):
        watched.look()


def test_a_pipe_in_place_of_the_metrics_gives_a_sentence(tmp_path):
    folder = make(tmp_path)
    (folder / METRICS).unlink()
    os.mkfifo(folder / METRICS)
    with pytest.raises(UserError, match="it is not a file"):
        Follower(folder).begin()
