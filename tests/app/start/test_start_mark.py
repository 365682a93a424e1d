"""A start that has died is known at the next one, and a start that goes on beside it is not taken for one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from app.start.start_mark import StartMark

ROOT = Path(__file__).parents[3]
DIES = "import sys, os; from app.start.start_mark import StartMark; m = StartMark({folder}); os._exit(11)"


def test_a_start_that_succeeds_leaves_no_mark(tmp_path):
    mark = StartMark(tmp_path)
    assert not mark.left_over
    mark.take_away()
    assert not StartMark(tmp_path).left_over


def test_a_start_that_dies_is_known_at_the_next_one(tmp_path):
    folder = f"__import__('pathlib').Path({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", DIES.format(folder=folder)], cwd=ROOT, check=False, timeout=100)
    again = StartMark(tmp_path)
    assert again.left_over
    again.take_away()
    assert not StartMark(tmp_path).left_over


def test_another_start_that_goes_on_is_not_dead(tmp_path):
    first = StartMark(tmp_path)
    second = StartMark(tmp_path)
    assert not second.left_over
    first.take_away()
