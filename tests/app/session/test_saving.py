"""Saving beside the window: nothing counts as saved before it is on the disk; nothing waits for it."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app.session import files as files_module
from app.session import recovery as recovery_module
from app.session.document import Document
from app.session.file_dialogs import FileDialogs
from app.session.files import Files
from app.session.settings import Settings
from networks.core.message import UserError, message
from networks.project.project import read_project, write_project
from tests.app.session.projects import FIRST, with_epochs


class Disk:
    """Takes as long as the test wants, and is full when it wants."""

    def __init__(self, monkeypatch) -> None:
        self.free = threading.Event()
        self.full = False
        self.began = 0
        self.in_window = False
        self._window = threading.get_ident()
        monkeypatch.setattr(files_module, "write_project", self._write)

    def _write(self, project, path) -> None:
        self.began += 1
        self.in_window |= threading.get_ident() == self._window
        assert self.free.wait(60)
        if self.full:
            raise UserError(message("“{path}” was not saved: there is no space left.", path=path.name))
        write_project(project, path)


@pytest.fixture
def disk(monkeypatch):
    disk = Disk(monkeypatch)
    yield disk
    disk.free.set()


@pytest.fixture
def errors(monkeypatch):
    said = []
    monkeypatch.setattr(FileDialogs, "show_error", lambda self, reason: said.append(str(reason)))
    return said


@pytest.fixture
def files(document, window, tmp_path, disk, errors):
    files = Files(document, window, Settings(tmp_path / "settings.json"), tmp_path / "data")
    yield files
    disk.free.set()
    files.close()


def test_the_window_goes_on_while_the_disk_works(qtbot, files, document, saved, disk):
    told = []
    files.saved.connect(told.append)
    document.edit(with_epochs(7), "seven")
    # of this thread alone, however busy the others and the machine are
    begun = time.thread_time()
    assert files.save_soon()
    assert time.thread_time() - begun < 0.033
    qtbot.waitUntil(lambda: disk.began == 1)
    assert not disk.in_window
    assert files.saving
    assert document.modified, "it is not on the disk"
    assert files.title() == "lenet.json *"
    assert read_project(saved) == FIRST
    assert not told
    with qtbot.waitSignal(files.saved):
        disk.free.set()
    assert read_project(saved) == with_epochs(7)
    assert told == [saved]
    assert (files.title(), document.modified, files.saving) == ("lenet.json", False, False)


def test_what_is_edited_meanwhile_is_not_saved(qtbot, files, document, saved, disk):
    document.edit(with_epochs(7), "seven", "epochs")
    files.save_soon()
    document.edit(with_epochs(8), "eight", "epochs")
    with qtbot.waitSignal(files.saved):
        disk.free.set()
    assert read_project(saved) == with_epochs(7)
    assert document.modified
    document.undo()
    assert document.project == with_epochs(7), "what is saved is a step of its own"
    assert not document.modified
    document.undo()
    assert document.modified, "the file holds what came after it"


def test_saving_twice_writes_the_newest_last(qtbot, files, document, saved, disk):
    document.edit(with_epochs(7), "seven")
    files.save_soon()
    document.edit(with_epochs(8), "eight")
    assert files.save_soon()
    assert files.save_soon()
    disk.free.set()
    assert files.finish()
    assert disk.began == 2
    assert read_project(saved) == with_epochs(8)
    assert not document.modified


def test_closing_waits_for_the_disk(files, document, saved, disk):
    document.edit(with_epochs(7), "seven")
    files.save_soon()
    threading.Timer(0.2, disk.free.set).start()
    assert files.may_discard(), "without a question: it is saved by then"
    assert read_project(saved) == with_epochs(7)


@pytest.mark.parametrize("end", ["close", "leave"])
def test_what_is_being_saved_at_the_end_is_saved(files, document, saved, disk, end):
    document.edit(with_epochs(7), "seven")
    files.save_soon()
    threading.Timer(0.2, disk.free.set).start()
    getattr(files, end)()
    assert read_project(saved) == with_epochs(7)
    assert not document.modified


def test_saving_that_fails_is_said_and_loses_nothing(qtbot, files, document, saved, disk, errors):
    document.edit(with_epochs(7), "seven")
    disk.full = True
    files.save_soon()
    document.edit(with_epochs(8), "eight")
    disk.free.set()
    qtbot.waitUntil(lambda: bool(errors))
    assert errors == ["“lenet.json” was not saved: there is no space left."]
    assert not files.finish()
    assert read_project(saved) == FIRST
    assert document.modified
    assert (document.project, document.path) == (with_epochs(8), saved)
    files.recovery.write()
    assert list((saved.parent / "data" / "recovery").glob("*.json")), "a crash would lose nothing either"
    disk.full = False
    assert files.save()
    assert read_project(saved) == with_epochs(8)


def test_saving_that_fails_keeps_the_window_open(files, document, saved, disk, errors, monkeypatch):
    asked = []
    monkeypatch.setattr(files.dialogs, "ask_discard", lambda: asked.append(1) or "cancel")
    document.edit(with_epochs(7), "seven")
    disk.full = True
    files.save_soon()
    disk.free.set()
    assert not files.may_discard()
    assert (len(errors), asked) == (1, [1])


def test_another_network_loaded_meanwhile_does_not_get_the_file(files, document, disk, tmp_path, monkeypatch):
    monkeypatch.setattr(files.dialogs, "ask_save_path", lambda: tmp_path / "new.json")
    document.edit(with_epochs(7), "seven")
    files.save_soon()
    document.edit(with_epochs(30), "another", detached=True)
    disk.free.set()
    assert files.finish()
    assert (document.path, document.modified) == (None, True)
    document.undo()
    assert (document.path, document.modified) == (tmp_path / "new.json", False)


def test_recovery_learns_the_file_of_what_was_edited_meanwhile(
    qtbot, files, document, disk, tmp_path, monkeypatch
):
    monkeypatch.setattr(files.dialogs, "ask_save_path", lambda: tmp_path / "new.json")
    document.edit(with_epochs(7), "seven")
    files.save_soon()
    document.edit(with_epochs(8), "eight")
    files.recovery.write()
    with qtbot.waitSignal(files.recovery.written):
        disk.free.set()
        assert files.finish()
    files.leave()
    (left,) = (tmp_path / "data" / "recovery").glob("*.json")
    found = recovery_module._read(left)
    assert found is not None
    assert (found.project, found.path) == (with_epochs(8), tmp_path / "new.json")


_STEPS = st.lists(
    st.sampled_from(["edit", "undo", "redo", "save", "slow", "fast", "full", "room", "events", "finish"]),
    max_size=25,
)


@given(_STEPS)
def test_saved_is_only_what_is_on_the_disk(qtbot, tmp_path_factory, steps):
    """Whatever happens in whatever order: without a star, the file holds the project."""
    folder = tmp_path_factory.mktemp("saving")
    path = folder / "lenet.json"
    with pytest.MonkeyPatch.context() as patch:
        said = []
        patch.setattr(FileDialogs, "show_error", lambda self, reason: said.append(str(reason)))
        disk = Disk(patch)
        disk.free.set()
        window = QWidget()
        document = Document(FIRST, window)
        files = Files(document, window, Settings(folder / "settings.json"), folder / "data")
        write_project(FIRST, path)
        assert files.open_path(path)

        def finish() -> None:
            disk.free.set()
            before, was = len(said), files.saving
            assert files.finish() == (len(said) == before) or not was, "each failure is said"

        acts = {
            "undo": document.undo,
            "redo": document.redo,
            "save": files.save_soon,
            "slow": disk.free.clear,
            "fast": disk.free.set,
            "full": lambda: setattr(disk, "full", True),
            "room": lambda: setattr(disk, "full", False),
            "events": QCoreApplication.processEvents,
            "finish": finish,
        }
        for number, step in enumerate(steps):
            edited = with_epochs(100 + number)
            acts.get(step, lambda edited=edited: document.edit(edited, "edit", "epochs"))()
            # while a file is being written nobody knows yet what is in it
            if not document.modified and not files.saving:
                assert read_project(path) == document.project
        disk.full = False
        disk.free.set()
        assert files.save() or files.save(), "the disk may have been full for the one that was on its way"
        assert not document.modified
        assert read_project(path) == document.project
        files.close()
        window.deleteLater()
        QCoreApplication.processEvents()
