"""A sweep's queue: every run is taken by one process at a time, and by another one where that is gone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from networks.core.message import UserError
from networks.core.storage import write_atomically
from networks.runs.kept.environment import Environment
from networks.runs.kept.files import HEADER, Header, write_json
from networks.runs.kept.legs import End, claim_leg, end_leg, new_leg
from networks.runs.kept.process import Process, own_process
from networks.runs.sweeps import queue as module
from networks.runs.sweeps.queue import (
    OVER,
    RUN,
    TAKER,
    Axis,
    Cell,
    Made,
    Plan,
    Queue,
    is_sweep,
    new_queue,
    queues,
)

PLAN = Plan((Axis("learning.batch_size", "Batch size", ("8", "16", "32")),), (0, 1), "validation accuracy")


@pytest.fixture
def queue(tmp_path):
    cells = [
        (Cell((at,), seed, f"net · {at} {seed}", f"{at} {seed}"), b"{}") for at in range(3) for seed in (0, 1)
    ]
    return new_queue(tmp_path / "net.runs", PLAN, "Batch size", cells)


def begin(queue, taken):
    """A run as a recorder begins it: gives its folder and its leg."""
    place = queue.begins(taken)
    if not (place / HEADER).exists():
        write_json(place / HEADER, Header(taken.cell.title))
    return place, claim_leg(place, new_leg(Environment(), 0))


def end(place, leg, reason):
    end_leg(place, leg, End(reason, "", 1, ""))


def die(taken):
    """Makes it look as if the process that took a run were gone."""
    done = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    write_json(taken.place / TAKER, Process(own_process().host, int(done.stdout), "long ago"))


def test_a_queue_is_its_folder(queue):
    assert queue.runs.name == "net.runs"
    assert is_sweep(queue.folder)
    (found,) = queues(queue.runs)
    assert found.plan == PLAN
    assert found.numbers() == (1, 2, 3, 4, 5, 6)
    assert found.cell(4).at == (1,)
    assert {found.state(number) for number in found.numbers()} == {"waiting"}


def test_of_many_that_take_at_once_each_has_runs_of_its_own(queue):
    def take_all(_):
        own = Queue(queue.folder)
        return [taken.number for taken in iter(own.take, None)]

    with ThreadPoolExecutor(8) as pool:
        found = [number for numbers in pool.map(take_all, range(8)) for number in numbers]
    assert sorted(found) == [1, 2, 3, 4, 5, 6]


def test_of_two_that_find_the_same_run_waiting_one_has_it(queue, monkeypatch):
    both, made = Barrier(2), module._made

    def at_once(place):
        if place.parent.name == "0001":
            both.wait()
        made(place)

    monkeypatch.setattr(module, "_made", at_once)
    with ThreadPoolExecutor(2) as pool:
        found = [*pool.map(lambda _: Queue(queue.folder).take().number, range(2))]
    assert sorted(found) == [1, 2]


def test_what_becomes_of_a_run_follows_from_its_files(queue):
    taken = queue.take()
    assert (taken.number, taken.run, queue.state(1)) == (1, None, "running")
    place, leg = begin(queue, taken)
    assert queue.run(1) == place
    end(place, leg, "finished")
    # as long as its process has not left it, nobody else takes it
    assert queue.state(1) == "running"
    queue.leave(taken)
    assert queue.state(1) == "done"
    assert queue.take().number == 2


@pytest.mark.parametrize("reason", ["diverged", "failed"])
def test_what_broke_is_not_tried_again(queue, reason):
    taken = queue.take()
    end(*begin(queue, taken), reason)
    queue.leave(taken)
    assert queue.state(1) == "failed"
    assert queue.take().number == 2


def test_what_was_stopped_is_gone_on_with(queue):
    taken = queue.take()
    place, leg = begin(queue, taken)
    end(place, leg, "stopped")
    queue.leave(taken)
    assert queue.state(1) == "begun"
    again = queue.take()
    assert (again.number, again.run) == (1, place)
    assert queue.begins(again) == place


def test_a_run_whose_process_died_is_taken_again(queue):
    taken = queue.take()
    die(taken)
    assert queue.state(1) == "waiting"
    again = queue.take()
    assert (again.number, again.run) == (1, None)
    place = queue.begins(again)
    die(again)
    # its folder was made, but nothing is in it yet
    third = queue.take()
    assert (third.number, third.run) == (1, place)
    assert queue.begins(third) == place


def test_a_process_that_died_between_two_calls_loses_its_run_after_a_while(queue):
    taken = queue.take()
    (taken.place / TAKER).unlink()
    assert queue.state(1) == "running"
    long_ago = time.time() - 3600
    os.utime(taken.place, (long_ago, long_ago))
    assert queue.take().number == 1


def test_a_process_of_another_computer_has_its_run_until_it_is_silent(queue):
    taken = queue.take()
    write_json(taken.place / TAKER, Process("another", 1))
    assert queue.state(1) == "running"
    long_ago = time.time() - 3600
    os.utime(taken.place, (long_ago, long_ago))
    assert queue.state(1) == "waiting"


def test_a_paused_queue_gives_nothing_and_an_order_is_kept_to(queue):
    queue.pause(True)
    assert Queue(queue.folder).take() is None
    queue.put_first([5, 3])
    queue.pause(False)
    assert queue.numbers() == (5, 3, 1, 2, 4, 6)
    assert [Queue(queue.folder).take().number for _ in range(3)] == [5, 3, 1]
    with pytest.raises(UserError, match="no run 7"):
        queue.put_first([7])


def test_files_of_strangers_lead_nowhere_else(queue, tmp_path):
    taken = queue.take()
    (tmp_path / "elsewhere").mkdir()
    write_json(taken.place / RUN, Made("../elsewhere"))
    assert queue.run(1) is None
    write_atomically(queue.folder / "0002" / "cell.json", b'{"at":[9],"seed":0,"title":"","short":""}')
    with pytest.raises(UserError, match="not of this sweep"):
        queue.cell(2)
    assert not (taken.place / OVER).exists()
    with pytest.raises(UserError, match="was not read"):
        Queue(tmp_path)


def test_runs_that_are_left_out_are_taken_by_nobody_until_they_are_taken_in_again(queue):
    queue.leave_out((1, 3))
    assert [queue.state(number) for number in (1, 2, 3)] == ["left out", "waiting", "left out"]
    taken = queue.take()
    assert taken.number == 2
    place, leg = begin(queue, taken)
    # one that goes on comes to its end
    queue.leave_out((2,))
    assert queue.state(2) == "running"
    end(place, leg, "stopped")
    queue.leave(taken)
    assert queue.state(2) == "left out"
    assert queue.take().number == 4
    queue.leave_out((1, 2, 3), False)
    assert [queue.state(number) for number in (1, 2, 3)] == ["waiting", "begun", "waiting"]
    assert queue.take().number == 1


def test_a_run_whose_folder_has_another_name_is_found_under_it(queue):
    taken = queue.take()
    place, leg = begin(queue, taken)
    end(place, leg, "finished")
    queue.leave(taken)
    other = place.rename(place.with_name("0042 elsewhere"))
    assert queue.state(taken.number) == "waiting"
    queue.follow({place.name: other.name})
    assert queue.state(taken.number) == "done"
    assert queue.run(taken.number) == other
