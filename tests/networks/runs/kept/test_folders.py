"""Each run claims a number of its own, whatever else happens beside the project."""

from __future__ import annotations

import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.core.message import UserError
from networks.core.storage import why_locked
from networks.runs.kept.folders import (
    LONGEST_WORDS,
    brought_back,
    claimed,
    folder_words,
    is_gone,
    number_of,
    removed,
    run_folders,
    runs_folder,
    words_of,
)
from tests.networks.locked_folders import MODES, as_anybody, needs_permissions, open_place


def test_runs_lie_beside_their_project(tmp_path):
    assert runs_folder(tmp_path / "my net.json") == tmp_path / "my net.runs"


def test_runs_are_numbered_and_named(tmp_path):
    parent = tmp_path / "p.runs"
    first, second = claimed(parent, "as published"), claimed(parent, "Tanh → ReLU")
    assert (first.name, second.name) == ("0001 as published", "0002 Tanh → ReLU")
    assert run_folders(parent) == (first, second)
    assert (number_of(second), words_of(second)) == (2, "Tanh → ReLU")


def test_many_claim_at_once_and_none_gets_another_s_number(tmp_path):
    parent, found, start = tmp_path / "p.runs", [], threading.Barrier(8)

    def claim(name):
        start.wait()
        found.extend([claimed(parent, f"{name} {turn}") for turn in range(10)])

    threads = [threading.Thread(target=claim, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [number_of(folder) for folder in found]
    assert len(set(numbers)) == len(numbers) == 80
    assert set(run_folders(parent)) == set(found)


def test_a_claim_that_was_cut_off_before_its_words_keeps_its_number(tmp_path):
    (tmp_path / "0007").mkdir()
    assert claimed(tmp_path, "next").name == "0008 next"


def test_what_is_no_run_is_passed_over(tmp_path):
    claimed(tmp_path, "one")
    (tmp_path / "0002 a file").write_text("")
    (tmp_path / "notes").mkdir()
    (tmp_path / "0009 a link").symlink_to(tmp_path / "0001 one")
    assert [folder.name for folder in run_folders(tmp_path)] == ["0001 one"]
    assert run_folders(tmp_path / "nowhere") == ()


def test_a_deleted_run_lies_in_the_trash_and_comes_back(tmp_path):
    folder = claimed(tmp_path, "one")
    (folder / "metrics.jsonl").write_text("all of it")
    trashed = removed(folder)
    assert run_folders(tmp_path) == ()
    # its number stays taken, so that it can come back
    assert claimed(tmp_path, "one").name == "0002 one"
    brought_back(trashed, folder)
    assert (folder / "metrics.jsonl").read_text() == "all of it"
    assert [each.name for each in run_folders(tmp_path)] == ["0001 one", "0002 one"]


def test_a_run_that_cannot_come_back_stays_in_the_trash(tmp_path):
    folder = claimed(tmp_path, "one")
    trashed = removed(folder)
    folder.mkdir()
    with pytest.raises(UserError, match="was not brought back"):
        brought_back(trashed, folder)
    assert trashed.exists()


def test_two_runs_of_one_name_fit_into_the_trash(tmp_path):
    first = tmp_path / "0001 one"
    for content in "ab":
        first.mkdir()
        (first / content).write_text("")
        removed(first)
    assert sorted(os.listdir(tmp_path / "trash")) == ["0001 one", "0001 one (2)"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "p.runs").write_text("a file")
    with pytest.raises(UserError, match=r"No folder for the run was made in “.*p\.runs”: .+"):
        claimed(tmp_path / "p.runs", "one")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("../../etc/passwd", "etc passwd"),
        ("a\x1b[2Jb\nc", "a [2Jb c"),
        ('<con>: "x" | y?*', "con x y"),
        ("  spaced . ", "spaced"),
        ("学习率 0.1 → 0.01", "学习率 0.1 → 0.01"),
        ("", ""),
    ],
)
def test_words_are_allowed_in_every_file_system(words, name):
    assert folder_words(words) == name


@given(st.text())
def test_any_words_name_a_folder(tmp_path_factory, words):
    name = folder_words(words)
    assert len(name.encode()) <= LONGEST_WORDS
    assert name.isprintable()
    folder = claimed(tmp_path_factory.mktemp("claims"), words)
    assert folder.is_dir()
    assert number_of(folder) == 1


@needs_permissions
@pytest.mark.parametrize("mode", MODES)
def test_runs_that_may_not_be_listed_are_told_of_in_a_sentence(mode):
    with open_place() as place:
        runs = place / "lab.runs"
        (runs / "0001 as published").mkdir(parents=True)
        os.chmod(runs, mode)
        with as_anybody():
            with pytest.raises(UserError) as refused:
                run_folders(runs)
            assert str(refused.value) == (
                f"The runs in “{runs}” could not be listed: you have no permission to read it."
            )
            with pytest.raises(UserError):
                claimed(runs, "next")
            assert not is_gone(runs / "0001 as published")
            assert run_folders(place / "none.runs") == ()
            assert is_gone(place / "none.runs" / "0001")


def test_a_folder_is_locked_only_where_there_is_one(tmp_path):
    (tmp_path / "file").write_text("")
    assert [why_locked(place) for place in (tmp_path, tmp_path / "none", tmp_path / "file")] == [None] * 3
