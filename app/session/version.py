"""Backbone's version, as the command line and the window tell it."""

from __future__ import annotations

from pathlib import Path


def version() -> str:
    """The installed version, or that of the checkout the program runs from."""
    # not at the top: neither is needed before somebody asks, and the window should stand soon
    from importlib import metadata

    try:
        return metadata.version("backbone-playground")
    except metadata.PackageNotFoundError:
        return _version_of_checkout()


def _version_of_checkout() -> str:
    import tomllib

    try:
        with open(Path(__file__).parents[2] / "pyproject.toml", "rb") as file:
            return str(tomllib.load(file)["project"]["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return "unknown"
