"""Missing system libraries are named with the command that installs them, before Qt aborts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.start import system

README = Path(__file__).parents[3] / "README.md"


def _only(*present):
    def load(library):
        if library not in present:
            raise OSError(library)

    return load


EVERYTHING = (*system._LIBRARIES, *system._X11_LIBRARIES)


def test_nothing_is_missing_where_all_libraries_load():
    assert system.missing_for_window("linux", {"DISPLAY": ":0"}, _only(*EVERYTHING)) is None


@pytest.mark.parametrize("library", EVERYTHING)
def test_each_missing_library_is_named_with_the_command(library):
    rest = [name for name in EVERYTHING if name != library]
    said = system.missing_for_window("linux", {"DISPLAY": ":0"}, _only(*rest))
    package = (system._LIBRARIES | system._X11_LIBRARIES)[library]
    assert said is not None
    assert said.splitlines()[-1].strip() == f"sudo apt-get install -y {package}"


@pytest.mark.parametrize("environment", [{"WAYLAND_DISPLAY": "wayland-0"}, {"QT_QPA_PLATFORM": "offscreen"}])
def test_x11_libraries_are_not_asked_for_without_x11(environment):
    assert system.missing_for_window("linux", environment, _only(*system._LIBRARIES)) is None


def test_a_missing_screen_is_said_with_the_way_out():
    said = system.missing_for_window("linux", {}, _only(*EVERYTHING))
    assert said is not None
    assert "DISPLAY" in said
    assert "backbone train" in said


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_bring_their_libraries(platform):
    assert system.missing_for_window(platform, {}, _only()) is None


def test_the_first_command_of_the_readme_installs_them_all():
    text = README.read_text(encoding="utf-8")
    installed = set(re.findall(r"\blib[\w.+-]+", text.split("<!-- start -->")[1].split("```")[1]))
    assert set((system._LIBRARIES | system._X11_LIBRARIES).values()) <= installed
