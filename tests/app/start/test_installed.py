"""The installed command starts this very code, not a copy that was made when it was installed."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def test_an_editable_install_runs_the_checkout(tmp_path):
    try:
        metadata.version("backbone-playground")
    except metadata.PackageNotFoundError:
        pytest.skip("nothing is installed")
    ask = "import sys, backbone.__main__ as b; sys.argv = ['backbone', '--version']\ntry: b.run()\nfinally: "
    ask += "import main, app, networks; print(main.__file__, app.__file__, networks.__file__, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", ask], cwd=tmp_path, capture_output=True, text=True)
    files = [Path(line) for line in done.stdout.splitlines()[1:]]
    assert files == [ROOT / "main.py", ROOT / "app" / "__init__.py", ROOT / "networks" / "__init__.py"]
