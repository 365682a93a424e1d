"""Where data sets are looked for on this computer, and where those that are fetched are kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

_chosen: tuple[Path, ...] = ()


def look_in(folders: Iterable[Path]) -> None:
    """Has these folders looked into before all others; they replace those of the last call.

    A project names a data set and never a folder, since it may come from a stranger: folders come from the
    user's settings or the command line.
    """
    global _chosen
    _chosen = tuple(folders)


def chosen() -> tuple[Path, ...]:
    """The folders that were chosen."""
    return _chosen


def own_folder() -> Path:
    """Where data sets that are fetched are kept."""
    if given := os.environ.get("BACKBONE_DATA"):
        return Path(given).expanduser()
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData/Local")
    elif sys.platform == "darwin":
        base = home / "Library/Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    return base / "Backbone" / "datasets"


def usual() -> tuple[Path, ...]:
    """Folders in which people and systems keep data sets, the likeliest first."""
    home = Path.home()
    return (
        own_folder(),
        Path("data"),
        Path("datasets"),
        home / "data",
        home / "datasets",
        home / ".torch/datasets",
        home / ".cache/torch/datasets",
        Path("/usr/local/share/datasets"),
        Path("/usr/share/datasets"),
    )
