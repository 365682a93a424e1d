"""What the README, CONTRIBUTING and the pages in docs name is there: files, links, folders, scripts."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from app.terminal import command_line

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
BESIDES = {
    "networks/doctor",
    "networks/explanations",
    "networks/explanations/layers",
    "networks/insight",
    "networks/insight/attribution",
    "tests/app/window",
    "tests/benchmarks",
    "tests/networks/insight/attribution",
    "widgets/canvas",
}
"""Where a file lies that a page names without its folder, because the sentence is about that folder."""
EXAMPLES = {
    "app/features/building/census.py",
    "networks/recipes/augmentation/solarize.py",
    "networks/recipes/datasets/stripes.py",
}
"""What the examples of the README write."""


def _named_files(text):
    """Names of files and folders in the running text, not those in blocks of code."""
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    names = re.findall(r"`([\w./]+\.py)(?: [\w-]+)*`|`((?:app|docs|networks|tests|widgets)/[\w./]*)`", prose)
    return {first or second for first, second in names} - EXAMPLES


def _is_there(name):
    return any((ROOT / folder / name).exists() for folder in ("", *BESIDES))


def test_every_file_that_a_page_names_is_there():
    missing = {
        f"{page.name}: {name}"
        for page in PAGES
        for name in _named_files(page.read_text(encoding="utf-8"))
        if not _is_there(name)
    }
    assert missing == set()


def _anchors(page):
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_leads_somewhere():
    broken = set()
    for page in PAGES:
        for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
            if target.startswith("https://"):
                continue
            path, _, anchor = target.partition("#")
            there = page.parent / path
            if not there.exists() or (anchor and anchor not in _anchors(there)):
                broken.add(f"{page.name}: {target}")
    assert broken == set()


def test_every_page_is_linked_from_the_readme():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES[2:] if f"(docs/{page.name})" not in text] == []


def _folders(top):
    return {path.name for path in (ROOT / top).iterdir() if path.is_dir() and any(path.glob("**/*.py"))}


def test_the_readme_lists_every_folder():
    listed = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## How the house is laid out\n")[1]
    for top in ("app", "networks", "widgets"):
        block = listed.split(f"\n{top}/ ")[1].split("\n\n")[0]
        assert set(re.findall(r"^  (\w+) ", block, re.MULTILINE)) == _folders(top)


def test_the_picture_of_the_house_has_every_folder():
    picture = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("```")[1]
    drawn = set(re.findall(r"\w+", picture))
    for top in ("app", "networks", "widgets"):
        assert _folders(top) - {"packaged"} - drawn == set()


def _commands(text):
    """Every call of the program in blocks of code, with the options that it or the remark behind it names."""
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        for line in block.splitlines():
            called = re.match(r"(?:torchrun .*-m )?backbone ([a-z-]+)(.*)", line)
            if called and called[1] in command_line._COMMANDS:
                words = shlex.split(called[2].split("  #")[0])[:1]
                export = ["export"] if called[1] == "runs" and words == ["export"] else []
                yield (called[1], *export), frozenset(re.findall(r"--[a-z-]+", called[2]))


USED = {
    (command, option)
    for page in PAGES
    for command, options in _commands(page.read_text(encoding="utf-8"))
    for option in options
}


@pytest.mark.parametrize("command", sorted({command for command, _ in USED}))
def test_every_option_that_a_page_names_is_there(command, capsys):
    assert command_line.main([*command, "--help"]) == 0
    known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    assert {option for used, option in USED if used == command} <= known


def test_every_command_is_in_the_readme():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in command_line._COMMANDS if f"\nbackbone {name} " not in text] == []
