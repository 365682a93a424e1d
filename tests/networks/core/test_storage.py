"""A file is replaced completely or not at all, whatever fails on the way."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from networks.core import storage
from networks.core.message import UserError
from networks.core.storage import write_atomically

OLD, NEW = b"old content\n", b"new content, longer than the old\n" * 50


@pytest.fixture
def target(tmp_path):
    path = tmp_path / "project.json"
    path.write_bytes(OLD)
    return path


def test_a_new_file_is_written_with_the_usual_permissions(tmp_path):
    path = tmp_path / "new.bin"
    write_atomically(path, NEW)
    (tmp_path / "plain").write_bytes(b"")
    assert path.read_bytes() == NEW
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode
    assert sorted(os.listdir(tmp_path)) == ["new.bin", "plain"]


def test_folders_are_made_where_that_is_wished(tmp_path):
    path = tmp_path / "a" / "b" / "new.bin"
    with pytest.raises(UserError, match="folder does not exist"):
        write_atomically(path, NEW)
    write_atomically(path, NEW, make_folder=True)
    assert path.read_bytes() == NEW
    with pytest.raises(UserError, match="was not saved"):
        write_atomically(path / "c" / "new.bin", NEW, make_folder=True)
    assert path.read_bytes() == NEW


def test_an_existing_file_is_replaced_and_keeps_its_mode(target):
    target.chmod(0o640)
    write_atomically(target, NEW)
    assert target.read_bytes() == NEW
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert os.listdir(target.parent) == [target.name]


def test_no_bytes_are_a_file_too(target):
    write_atomically(target, b"")
    assert target.read_bytes() == b""


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_a_link(tmp_path, there):
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "file", tmp_path / "link"
    if there:
        real.write_bytes(OLD)
    link.symlink_to(Path("real") / "file")
    write_atomically(link, NEW)
    assert link.is_symlink()
    assert real.read_bytes() == NEW
    assert os.listdir(tmp_path / "real") == ["file"]


class _Failing:
    """Replaces a function of `os` and fails like a full or broken disk."""

    def __init__(self, function, number: int) -> None:
        self._function, self._number, self.called = function, number, 0

    def __call__(self, *args, **kwargs):
        self.called += 1
        raise OSError(self._number, os.strerror(self._number))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS])
@pytest.mark.parametrize("step", ["open", "fsync", "replace", "chmod"])
def test_a_failure_at_any_step_leaves_the_old_file(target, monkeypatch, step, number):
    failing = _Failing(getattr(os, step), number)
    monkeypatch.setattr(storage.os, step, failing)
    with pytest.raises(UserError) as caught:
        write_atomically(target, NEW)
    monkeypatch.undo()
    assert failing.called
    assert str(target) in str(caught.value)
    assert target.read_bytes() == OLD
    assert os.listdir(target.parent) == [target.name]


def test_what_reads_back_otherwise_is_not_taken(target, monkeypatch):
    monkeypatch.setattr(storage.Path, "read_bytes", lambda self: NEW[:-1])
    with pytest.raises(UserError, match="not saved"):
        write_atomically(target, NEW)
    monkeypatch.undo()
    assert target.read_bytes() == OLD
    assert os.listdir(target.parent) == [target.name]


def test_an_interrupted_write_leaves_no_temporary_file(target, monkeypatch):
    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(storage.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(target, NEW)
    monkeypatch.undo()
    assert os.listdir(target.parent) == [target.name]
    assert target.read_bytes() == OLD


@pytest.mark.skipif(os.name == "nt", reason="/dev/full is a Linux device")
def test_a_full_disk(target):
    """A limit on the file size makes the kernel itself refuse in the middle of the write."""
    code = f"""
        import resource, signal, sys
        from pathlib import Path
        from networks.core.message import UserError
        from networks.core.storage import write_atomically
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            write_atomically(Path({str(target)!r}), b"x" * 5000)
        except UserError as error:
            print(error)
            sys.exit(7)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 7, done.stderr
    assert "File too large" in done.stdout
    assert target.read_bytes() == OLD
    assert os.listdir(target.parent) == [target.name]


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_killed_process_leaves_the_old_file(target, moment):
    code = f"""
        import os, signal
        from pathlib import Path
        from networks.core import storage
        def killed(*args): os.kill(os.getpid(), signal.SIGKILL)
        setattr(storage.os, {moment!r}, killed)
        storage.write_atomically(Path({str(target)!r}), b"x" * 5000)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], cwd=Path(__file__).parents[3])
    assert done.returncode == -signal.SIGKILL
    assert target.read_bytes() == OLD


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda folder: folder / "gone" / "file", "folder does not exist"),
        (lambda folder: folder / ("x" * 300), "name is too long"),
        (lambda folder: folder, "that is a folder"),
        (lambda folder: folder / "a\0b", "characters that are not allowed in file names"),
    ],
)
def test_a_path_that_cannot_be_is_told_in_words(tmp_path, make, reason):
    with pytest.raises(UserError, match=reason):
        write_atomically(make(tmp_path), NEW)
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="named pipes of POSIX")
def test_a_pipe_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="not a file"):
        write_atomically(tmp_path / "pipe", NEW)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_write_protected_file_is_kept(target, monkeypatch):
    # root may write everywhere, so the system's answer is replaced
    monkeypatch.setattr(storage.os, "access", lambda path, mode: False)
    with pytest.raises(UserError, match="permission"):
        write_atomically(target, NEW)
    assert target.read_bytes() == OLD


def test_windows_gets_a_few_tries(target, monkeypatch):
    tries = []
    real = os.replace

    def busy_twice(source, destination):
        tries.append(source)
        if len(tries) <= 2:
            raise PermissionError(errno.EACCES, "in use")
        real(source, destination)

    monkeypatch.setattr(storage, "_ON_WINDOWS", True)
    monkeypatch.setattr(storage, "_RETRY_SECONDS", 0)
    monkeypatch.setattr(storage.os, "replace", busy_twice)
    write_atomically(target, NEW)
    assert len(tries) == 3
    assert target.read_bytes() == NEW
