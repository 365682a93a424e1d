"""A run of a million steps is watched, compared and exported in little memory: no step is held for long."""

from __future__ import annotations

import subprocess
import sys

import pytest

from networks.project.project import write_project
from networks.runs.events import Validated
from networks.runs.kept.files import METRICS, PROJECT
from networks.runs.kept.legs import End, end_leg, now
from networks.runs.record import MANY
from tests.networks.runs.kept.test_metrics import started, written
from tests.networks.runs.kept.test_reading import make
from tests.networks.training.engine.test_run import PLAIN, project

STEPS, PER_EPOCH = 1_000_000, 20_000
MOST = 80 * 2**20
"""Bytes, fewer than the file of such a run has."""
PROGRAM = """
import resource, sys
from app.terminal.command_line import main
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
# what it imports as it begins is no part of a run
main(["runs", sys.argv[1]])
before = peak()
code = main(sys.argv[2:])
print(code, peak() - before, file=sys.stderr)
"""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="resource is of POSIX")]


def write_run(folder, wrong=None):
    """A run of so many steps; the loss of one of them may be another one."""
    make(folder, [])
    write_project(project(PLAIN), folder / PROJECT)
    with open(folder / METRICS, "wb") as file:
        file.write(written([started()]))
        for epoch in range(1, STEPS // PER_EPOCH + 1):
            last = epoch * PER_EPOCH
            rows = (
                b'{"step":%d,"epoch":%r,"training loss":%r,"training accuracy":0.5,"learning rate":0.001}\n'
                % (step, step / PER_EPOCH, 9.0 if step == wrong else 1 / step)
                for step in range(last - PER_EPOCH + 1, last + 1)
            )
            file.write(b"".join(rows))
            file.write(written([Validated("a", last, epoch, {"validation loss": 1 / epoch}, 1.0, True)]))
    end_leg(folder, 1, End("finished", "Trained for 50 epochs.", STEPS, now()))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("runs") / "0001 long")


@pytest.fixture(scope="module")
def other(folder):
    """The same but for one number near the end."""
    return write_run(folder.parent / "0002 other", STEPS - 3)


def in_little_memory(small, out, *arguments):
    """The last line that the command prints into a file, if its memory grows by less than the bound."""
    with open(out, "w") as file:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(small), *map(str, arguments)],
            stdout=file,
            stderr=subprocess.PIPE,
            text=True,
            check=True,
        )
    code, grown = map(int, done.stderr.split()[-2:])
    assert code == 0
    assert grown < MOST
    return out.read_text().splitlines()


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return make(tmp_path_factory.mktemp("small") / "0001 short")


def test_such_a_run_is_longer_than_what_is_held(folder):
    assert (folder / METRICS).stat().st_size > MOST
    assert STEPS > 10 * MANY


def test_it_is_watched_as_a_table_of_all_steps(small, folder, tmp_path):
    lines = in_little_memory(small, tmp_path / "out", "watch", folder, "--csv")
    assert sum(line[:1].isdecimal() and line.count(",") > 5 for line in lines) == STEPS
    assert lines[-1].startswith(f"{STEPS},50.0,")


def test_all_of_its_steps_are_compared(small, folder, other, tmp_path):
    lines = in_little_memory(small, tmp_path / "out", "compare", folder, other)
    assert f"the training loss of step {STEPS - 3}: {1 / (STEPS - 3)!r} and 9.0" in lines[-1]


def test_it_is_exported_in_little_memory(small, folder, tmp_path):
    in_little_memory(small, tmp_path / "out", "runs", "export", folder, "--csv", tmp_path / "all.csv")
    with open(tmp_path / "all.csv", encoding="utf-8") as file:
        assert sum(1 for _ in file) == 1 + STEPS


def test_the_table_of_runs_reads_it_in_little_memory(small, folder, tmp_path):
    assert any("50/50" in line for line in in_little_memory(small, tmp_path / "out", "runs", folder))
