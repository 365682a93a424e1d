"""Describing a network needs no torch: a window can stand before torch is imported."""

from __future__ import annotations

import ast
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
    """The folders that a contract keeps free of torch, and what is forbidden to them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (
        contract
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["name"] == "describing a network needs no torch"
    )
    return contract["source_modules"], contract["forbidden_modules"]


def test_modules_that_describe_leave_torch_alone():
    folders, forbidden = torch_free()
    names = list(folders)
    for folder in folders:
        names += [found.name for found in pkgutil.walk_packages(import_module(folder).__path__, folder + ".")]
    assert "networks.layers.convolution" in names
    assert "torch" in forbidden
    command = [sys.executable, "-c", IMPORT_ALL, json.dumps(names), json.dumps([*forbidden, "PySide6"])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_folder_without_torch_is_under_the_contract():
    folders, forbidden = torch_free()
    for folder in (ROOT / "networks").iterdir():
        if (folder / "__init__.py").exists() and f"networks.{folder.name}" not in folders:
            imported = {
                name.split(".")[0]
                for path in folder.rglob("*.py")
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                for name in _imported(node)
            }
            assert imported & {*forbidden}, f"add networks.{folder.name} to the contract"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
