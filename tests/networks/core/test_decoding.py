"""Threads may read projects and runs at the same moment, also the first ones of the process."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
AT_ONCE = """
import sys, threading
sys.setswitchinterval(1e-6)
from networks.core.fields import changed
from networks.project.project import first_project, project_from_json, project_to_json
project = first_project()
data = project_to_json(project)
start = threading.Barrier(6)
read = []
def work():
    start.wait()
    assert changed(project.recipe.learning, epochs=3).epochs == 3
    read.append(project_from_json(data) == project)
threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert read == [True] * 6
"""


def test_the_first_files_can_be_read_by_several_threads_at_once():
    # in a process of its own: only types that nobody has asked for yet are in danger
    done = subprocess.run(
        [sys.executable, "-c", AT_ONCE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("folder", ["networks", "widgets", "app"])
def test_nobody_else_asks_msgspec_for_a_type_with_structs(folder):
    plain = {"int", "str", "Fields", "container", "dict[str, Any]"}
    asked = re.compile(
        r"msgspec\.convert\(|msgspec\.json\.Decoder\(\w|msgspec\.json\.decode\(.*type=([^)]+)\)"
    )
    for path in (ROOT / folder).rglob("*.py"):
        if path.name == "decoding.py":
            continue
        for found in asked.finditer(path.read_text(encoding="utf-8")):
            assert found[1] in plain, f"{path}: {found[0]}"
