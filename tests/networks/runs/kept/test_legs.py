"""What state a run is in follows from its files and from nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest
from msgspec.structs import replace

from networks.core.message import UserError
from networks.runs.kept.environment import Environment, environment_changes
from networks.runs.kept.files import METRICS, write_json
from networks.runs.kept.legs import (
    End,
    claim_leg,
    end_leg,
    end_of,
    first_leg,
    new_leg,
    newest_leg,
    now,
    state_of,
)
from networks.runs.kept.process import lives, own_process

HERE = Environment(torch="2.13.0", processor="x86_64", device="cpu", threads=1)


def a_leg(**process):
    leg = new_leg(HERE, 0)
    return replace(leg, process=replace(leg.process, **process))


def dead():
    """The number of a process that has ended."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_a_run_goes_on_and_ends(tmp_path):
    assert state_of(tmp_path) == "interrupted"
    number = claim_leg(tmp_path, a_leg())
    assert state_of(tmp_path) == "running"
    end_leg(tmp_path, number, End("finished", "Trained for 2 epochs.", 8, now()))
    assert state_of(tmp_path) == "ended"
    assert end_of(tmp_path).sentence == "Trained for 2 epochs."
    # it goes on for another epoch
    claim_leg(tmp_path, a_leg())
    assert state_of(tmp_path) == "running"
    assert end_of(tmp_path) is None
    assert newest_leg(tmp_path).environment == first_leg(tmp_path).environment == HERE


def test_a_dead_process_has_been_interrupted(tmp_path):
    claim_leg(tmp_path, a_leg(pid=dead()))
    assert state_of(tmp_path) == "interrupted"


def test_another_process_with_the_same_number_does_not_train_it(tmp_path):
    claim_leg(tmp_path, a_leg(since="some other time"))
    assert state_of(tmp_path) == "interrupted"


def test_a_zombie_has_ended():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = replace(own_process(), pid=child.pid, since="")
    assert lives(process)
    child.stdin.close()
    child.wait()
    assert not lives(process)


def test_a_process_of_another_computer_lives_as_long_as_it_writes(tmp_path):
    claim_leg(tmp_path, a_leg(host="another", pid=1))
    assert state_of(tmp_path) == "running"
    for file in (tmp_path / "legs" / "0001.json", tmp_path / METRICS):
        file.touch()
        os.utime(file, (1e9, 1e9))
    assert state_of(tmp_path) == "interrupted"
    (tmp_path / METRICS).write_text("{}")
    assert state_of(tmp_path) == "running"


def test_of_many_that_go_on_with_a_run_one_succeeds(tmp_path):
    claim_leg(tmp_path, a_leg(pid=dead()))
    claimed, refused, start = [], [], threading.Barrier(8)

    def go_on():
        start.wait()
        try:
            claimed.append(claim_leg(tmp_path, a_leg()))
        except UserError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=go_on) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert claimed == [2]
    assert len(refused) == 7
    assert all("being trained by another program" in sentence for sentence in refused)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"process":{"host":"x","pid":"y"}}', b"\xff\xfe"])
def test_a_damaged_leg_was_interrupted(tmp_path, content):
    claim_leg(tmp_path, a_leg())
    file = tmp_path / "legs" / "0001.json"
    file.write_bytes(content)
    # just now it may still be being written
    assert state_of(tmp_path) == "running"
    os.utime(file, (1e9, 1e9))
    assert state_of(tmp_path) == "interrupted"


@pytest.mark.parametrize("pid", [0, -1, 2**40])
def test_numbers_that_no_process_has(pid):
    assert not lives(replace(own_process(), pid=pid))


def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path):
    claim_leg(tmp_path, a_leg())
    os.mkfifo(tmp_path / "legs" / "0001 end.json")
    assert end_of(tmp_path) is None


def test_a_label_of_several_lines_is_one(tmp_path):
    write_json(tmp_path / "legs.json", End("stopped", "a\nb", 1, now()))
    claim_leg(tmp_path, a_leg())
    end_leg(tmp_path, 1, End("stopped", "a\x1b[2J\nb", 1, now()))
    assert end_of(tmp_path).sentence == "a\\x1b[2J\\nb"


def test_what_differs_between_two_machines_is_said():
    there = replace(HERE, torch="2.14.0", threads=2, data="other", python="3.12")
    assert [str(change) for change in environment_changes(HERE, there)] == [
        "PyTorch 2.13.0 → 2.14.0",
        "threads 1 → 2",
        "other images or labels",
    ]
    assert environment_changes(HERE, HERE) == ()
