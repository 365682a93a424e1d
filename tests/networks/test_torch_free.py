"""Describing a network needs no torch: a window can stand before torch is imported."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]

IMPORT_ALL = """
import importlib, json, sys
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
    found = [heavy for heavy in json.loads(sys.argv[2]) if heavy in sys.modules]
    if found:
        sys.exit(f"{name} imports {found}")
from networks.graph.check import check
from networks.project.project import first_project
project = first_project()
assert check(project.network, project.classes).trainable
assert "torch" not in sys.modules
"""


def torch_free() -> tuple[list[str], list[str]]:
    """The modules that the last contract names, with those inside its packages, and what is forbidden."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][-1]
    names = []
    for name in contract["source_modules"]:
        module = import_module(name)
        names.append(name)
        paths = getattr(module, "__path__", None)
        names += [found.name for found in pkgutil.walk_packages(paths, name + ".")] if paths else []
    return names, contract["forbidden_modules"]


def test_modules_that_describe_leave_torch_alone():
    names, forbidden = torch_free()
    assert "networks.layers.convolution" in names
    assert "torch" in forbidden
    command = [sys.executable, "-c", IMPORT_ALL, json.dumps(names), json.dumps([*forbidden, "PySide6"])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
