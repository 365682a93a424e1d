"""Files that are exported: one after the other beside the window, and told of once they are on the disk."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QObject

from app.session.file_writer import FileWriter
from networks.core.message import UserError, message
from tests.app.session.slow_disk import disk

__all__ = ["disk"]


@pytest.fixture
def writer(qtbot):
    owner = QObject()
    writer = FileWriter(owner)
    writer.told = []
    writer.begun.connect(writer.told.append)
    writer.written.connect(lambda path, sentence: writer.told.append((path.read_bytes(), sentence)))
    writer.failed.connect(lambda reason: writer.told.append(str(reason)))
    yield writer
    writer.finish()
    owner.deleteLater()


def test_nothing_is_done_before_it_is_on_the_disk(writer, disk, tmp_path):
    writer.write(tmp_path / "a.py", b"new", "It is there.")
    assert writer.busy
    assert writer.told == ["Writing “a.py”…"]
    disk.set()
    assert writer.finish()
    assert writer.told[1:] == [(b"new", "It is there.")]
    assert not writer.busy


def test_of_two_files_of_one_name_the_later_one_stays(writer, disk, tmp_path):
    path, first = tmp_path / "a.py", threading.Event()

    def slowly():
        first.wait(30)
        path.write_bytes(b"first")

    writer.write_by(slowly, path, "The first.")
    writer.write(path, b"second", "The second.")
    disk.set()
    first.set()
    writer.finish()
    assert path.read_bytes() == b"second"
    assert [sentence for _, sentence in writer.told[2:]] == ["The first.", "The second."]


def test_a_failure_leaves_the_old_file_and_is_told_to_who_waits(writer, tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes(b"old")

    def full():
        raise UserError(message("“a.py” was not saved: there is no space left."))

    writer.write_by(full, path, "It is there.")
    writer.write(tmp_path / "none" / "b.py", b"new", "It is there.")
    assert not writer.finish()
    assert path.read_bytes() == b"old"
    assert writer.told[2] == "“a.py” was not saved: there is no space left."
    assert writer.told[3].endswith("was not saved: its folder does not exist.")
    assert writer.finish(), "what was told is told"


def test_what_a_writer_adds_follows_and_its_end_comes_first(writer, tmp_path):
    def write():
        return message("It was not tried.")

    writer.write_by(write, tmp_path, "It is there.", ended=lambda: writer.told.append("ended"))
    writer.written.disconnect()
    writer.written.connect(lambda path, sentence: writer.told.append(sentence))
    writer.finish()
    assert writer.told[1:] == ["ended", "It is there. It was not tried."]
