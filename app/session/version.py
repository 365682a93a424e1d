"""Backbone's version, as the command line and the window tell it."""

from __future__ import annotations

from pathlib import Path


def version() -> str:
    """The version of the installed package, or of the checkout that the program runs from."""
    # imported here, so that the window opens sooner: it is needed only when somebody asks
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
