"""Files: nothing is lost without a question, nothing is overwritten by a failure, a crash costs a second."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QLockFile, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox

from app.session import files as files_module
from app.session import recovery as recovery_module
from app.session import settings as settings_module
from app.session.document import Document
from app.session.file_dialogs import FileDialogs
from app.session.files import Files
from app.session.recent import RecentFiles
from app.session.recovery import Recovery
from app.session.settings import Settings
from networks.core.message import UserError, message
from networks.core.storage import write_atomically
from networks.project.project import (
    FORMAT,
    blank_project,
    project_to_json,
    read_project,
    write_project,
)
from tests.app.session.projects import FIRST, with_epochs

FORMAT_1 = Path(__file__).parents[2] / "data" / "lenet-format-1.json"


@pytest.fixture
def store(tmp_path):
    return Settings(tmp_path / "settings.json")


EXPECTED = []
"""One entry for each dialog that a test will answer; any other would wait for ever."""


@pytest.fixture
def files(document, window, store, tmp_path, monkeypatch, answered_dialogs):
    def only_expected(show):
        def shown(dialogs, dialog):
            assert EXPECTED, f"nobody expects this dialog: {getattr(dialog, 'text', dialog.windowTitle)()}"
            EXPECTED.pop()
            return show(dialogs, dialog)

        return shown

    for name in ("_answer", "_chosen"):
        monkeypatch.setattr(FileDialogs, name, only_expected(getattr(FileDialogs, name)))
    files = Files(document, window, store, tmp_path / "data")
    yield files
    files.close()
    EXPECTED.clear()


@pytest.fixture
def errors(files, monkeypatch):
    """What is said in dialogs, for tests that look at other things."""
    said = []
    monkeypatch.setattr(files.dialogs, "show_error", lambda reason: said.append(str(reason)))
    return said


def answering(act):
    """Does `act` with the next dialog that opens, as soon as it is there."""
    EXPECTED.append(act)

    def look(left=10_000):
        dialog = QApplication.activeModalWidget()
        if dialog is not None and dialog.isVisible():
            act(dialog)
        elif left:
            QTimer.singleShot(0, lambda: look(left - 1))

    QTimer.singleShot(0, look)


def press(text):
    """Clicks the button with these words."""

    def act(box):
        button = next(button for button in box.buttons() if button.text().replace("&", "") == text)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    return act


def escape(dialog):
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def type_name(text):
    """Types a name into a file dialog and presses Return."""

    def act(dialog):
        assert isinstance(dialog, QFileDialog)
        line = dialog.findChild(QLineEdit, "fileNameEdit")
        line.selectAll()
        QTest.keyClicks(line, text)
        QTest.keyClick(line, Qt.Key.Key_Return)

    return act


# open and save


def test_a_project_is_saved_and_opened(files, document, tmp_path, monkeypatch):
    path = tmp_path / "mine.json"
    monkeypatch.setattr(files.dialogs, "ask_save_path", lambda: path)
    document.edit(with_epochs(7), "seven")
    assert files.save()
    assert read_project(path) == with_epochs(7)
    assert (document.path, document.modified) == (path, False)
    assert files.new()
    assert (document.project, document.path) == (blank_project(), None)
    assert files.open_path(path)
    assert (document.project, document.path, document.modified) == (with_epochs(7), path, False)


def test_a_name_typed_into_the_dialog_is_saved_with_its_suffix(files, document, tmp_path):
    document.mark_saved(tmp_path / "old.json")
    answering(type_name("typed"))
    assert files.save_as()
    assert read_project(tmp_path / "typed.json") == FIRST
    assert document.path == tmp_path / "typed.json"


def test_a_file_chosen_in_the_dialog_is_opened(files, document, tmp_path):
    write_project(with_epochs(9), tmp_path / "nine.json")
    document.mark_saved(tmp_path / "old.json")
    answering(type_name("nine.json"))
    assert files.open()
    assert document.project == with_epochs(9)


@pytest.mark.parametrize("wish", ["open", "save_as"])
def test_a_dialog_that_is_left_changes_nothing(files, document, wish):
    answering(escape)
    assert not getattr(files, wish)()
    assert (document.project, document.path) == (FIRST, None)


def test_the_dialog_asks_before_it_overwrites(files, document, tmp_path):
    other = tmp_path / "other.json"
    other.write_text("precious")
    document.mark_saved(tmp_path / "old.json")

    def refuse(box):
        press("No")(box)
        answering(escape)

    answering(lambda dialog: (answering(refuse), type_name("other.json")(dialog)))
    assert not files.save_as()
    assert other.read_text() == "precious"


def test_a_relative_path_stays_the_same_file(files, document, tmp_path, monkeypatch):
    write_project(FIRST, tmp_path / "here.json")
    monkeypatch.chdir(tmp_path)
    assert files.open_path(Path("here.json"))
    assert document.path == tmp_path / "here.json"


def test_the_title_has_the_name_and_a_dot_for_changes(files, document, tmp_path):
    titles = []
    files.title_changed.connect(lambda: titles.append(files.title()))
    assert files.title() == "Untitled"
    document.edit(with_epochs(7), "seven")
    document.mark_saved(tmp_path / "lenet.json")
    document.edit(with_epochs(8), "eight")
    document.undo()
    assert titles == ["Untitled *", "lenet.json *", "lenet.json", "lenet.json *", "lenet.json"]


def test_a_name_cannot_break_the_title(files, document):
    document.mark_saved(Path("/a/\u202egnp.nosj\n<b>\x07.json"))
    assert files.title() == r"\u202egnp.nosj\n<b>\x07.json"


def test_opened_is_told(files, qtbot, saved):
    with qtbot.waitSignal(files.opened):
        files.open_path(saved)
    with qtbot.waitSignal(files.opened):
        files.new(with_epochs(3))


# what fails


def test_a_bad_file_leaves_the_project_and_says_why(files, document, errors, tmp_path):
    path = tmp_path / "bad.json"
    path.write_bytes(project_to_json(FIRST).replace(b"Conv2d", b"Conv9d"))
    assert not files.open_path(path)
    assert (document.project, document.path) == (FIRST, None)
    assert errors == [
        f"“{path}” was not opened. Layer 2 (“conv1”): there is no type “Conv9d” in this Backbone: "
        "did you mean “Conv2d”?"
    ]


def test_the_sentence_is_shown_as_plain_text(files):
    boxes = []
    answering(lambda box: (boxes.append((box.text(), box.textFormat())), press("OK")(box)))
    files.dialogs.show_error(message("“{path}” was not opened.", path="<img src=x><b>x</b>.json"))
    assert boxes == [("“<img src=x><b>x</b>.json” was not opened.", Qt.TextFormat.PlainText)]


def test_a_full_disk_leaves_the_old_file_and_the_star(files, document, errors, saved, monkeypatch):
    document.edit(with_epochs(7), "seven")

    def full(project, path):
        raise UserError(message("“{path}” was not saved: there is no space left.", path=str(path)))

    monkeypatch.setattr(files_module, "write_project", full)
    assert not files.save()
    assert errors == [f"“{saved}” was not saved: there is no space left."]
    assert read_project(saved) == FIRST
    assert (document.modified, document.path) == (True, saved)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are asked otherwise on Windows")
def test_a_folder_that_may_not_be_written_leaves_the_old_file_and_the_star(files, document, errors):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lenet.json"
        write_project(FIRST, path)
        path.chmod(0o444)
        os.chmod(folder, 0o555)
        assert files.open_path(path)
        document.edit(with_epochs(7), "seven")
        root = os.geteuid() == 0
        if root:
            # root may write everywhere
            os.seteuid(65534)
        try:
            assert not files.save()
        finally:
            if root:
                os.seteuid(0)
            os.chmod(folder, 0o755)
        assert errors == [
            f"“{path}” was not saved: you have no permission to write there; choose another folder."
        ]
        assert read_project(path) == FIRST
        assert os.listdir(folder) == ["lenet.json"]
        assert document.modified


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are asked otherwise on Windows")
def test_a_file_in_a_folder_that_may_not_be_entered_is_refused_in_a_sentence(files, document, errors):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o000)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            assert not files.open_path(Path(folder) / "lenet.json")
        finally:
            if root:
                os.seteuid(0)
            os.chmod(folder, 0o755)
    assert len(errors) == 1
    assert document.project == FIRST


def test_saving_under_a_name_that_fails_keeps_the_old_path(files, document, errors, saved, monkeypatch):
    monkeypatch.setattr(files.dialogs, "ask_save_path", lambda: saved / "below a file.json")
    document.edit(with_epochs(7), "seven")
    assert not files.save_as()
    assert (document.path, document.modified, len(errors)) == (saved, True, 1)


# questions


@pytest.mark.parametrize(
    ("button", "goes", "on_disk"), [("Save", True, 7), ("Discard", True, 20), ("Cancel", False, 20)]
)
@pytest.mark.parametrize("wish", ["new", "may_discard"])
def test_changes_are_not_lost_without_a_question(files, document, saved, button, goes, on_disk, wish):
    document.edit(with_epochs(7), "seven")
    boxes = []
    answering(lambda box: (boxes.append((box.text(), box.textFormat())), press(button)(box)))
    assert getattr(files, wish)() == goes
    assert boxes == [
        ("“lenet.json” has changes that are not saved. Save them first?", Qt.TextFormat.PlainText)
    ]
    assert read_project(saved).recipe.learning.epochs == on_disk
    if not goes:
        assert document.project == with_epochs(7)
        assert document.modified


def test_escape_cancels_the_question(files, document, saved):
    document.edit(with_epochs(7), "seven")
    answering(escape)
    assert not files.open_path(saved)
    assert document.project == with_epochs(7)


def test_what_is_saved_goes_without_a_question(files, document, saved):
    assert files.may_discard()
    document.edit(with_epochs(7), "seven")
    document.undo()
    assert files.may_discard()


def test_saving_that_fails_does_not_let_the_changes_go(files, document, errors, saved, monkeypatch):
    saved.unlink()
    saved.mkdir()
    monkeypatch.setattr(files.dialogs, "ask_overwrite", lambda path: "overwrite")
    document.edit(with_epochs(7), "seven")
    answering(press("Save"))
    assert not files.new()
    assert len(errors) == 1
    assert document.project == with_epochs(7)


# a file that another program changed


@pytest.mark.parametrize(
    ("button", "epochs", "asked"), [("Overwrite", 7, 0), ("Save as…", 99, 1), ("Cancel", 99, 0)]
)
def test_what_another_program_wrote_is_not_overwritten_without_a_question(
    files, document, saved, monkeypatch, button, epochs, asked
):
    asking = []
    monkeypatch.setattr(files.dialogs, "ask_save_path", lambda: asking.append(1))
    document.edit(with_epochs(7), "seven")
    write_project(with_epochs(99), saved)
    answering(press(button))
    assert files.save() == (button == "Overwrite")
    assert len(asking) == asked
    assert read_project(saved) == with_epochs(epochs)
    assert document.modified == (button != "Overwrite")


def test_ones_own_saving_is_no_change_by_another(files, document, saved):
    for epochs in (7, 8, 9):
        document.edit(with_epochs(epochs), "edit")
        assert files.save()
        assert read_project(saved) == with_epochs(epochs)


def test_a_deleted_file_is_saved_anew(files, document, saved):
    saved.unlink()
    document.edit(with_epochs(7), "seven")
    assert files.save()
    assert read_project(saved) == with_epochs(7)


# recent files


def test_recent_files_are_the_last_ten_each_once(store, tmp_path):
    recent = RecentFiles(store)
    for number in [*range(12), 5]:
        recent.add(tmp_path / f"{number}.json")
    expected = [5, 11, 10, 9, 8, 7, 6, 4, 3, 2]
    assert recent.paths() == tuple(tmp_path / f"{number}.json" for number in expected)
    store.change()  # once they are written
    assert RecentFiles(Settings(store.path)).paths() == recent.paths()
    recent.remove(tmp_path / "11.json")
    assert len(recent.paths()) == 9
    recent.clear()
    assert recent.paths() == ()


def test_two_windows_share_the_list(tmp_path):
    settings = [Settings(tmp_path / "settings.json") for _ in "ab"]
    one, two = map(RecentFiles, settings)
    one.add(tmp_path / "a.json")
    settings[0].change()  # once it is written
    two.add(tmp_path / "b.json")
    settings[1].change()
    assert one.paths() == two.paths() == (tmp_path / "b.json", tmp_path / "a.json")


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"not json",
        b"[" * 100_000,
        b"null",
        b"\xff\xfe",
        b'{"recent": 5}',
        b'{"recent": ["/not-base64!"]}',
        b'{"recent": [null, {}]}',
        msgspec.json.encode({"recent": [b"", b"relative.json", b"/a\0b", b"/" + b"x" * 5000]}),
        b'{"recent": ["' + b"x" * (2 << 20) + b'"]}',
    ],
)
def test_nonsense_in_the_settings_is_no_recent_file(store, value, tmp_path):
    store.path.write_bytes(value)
    recent = RecentFiles(store)
    assert recent.paths() == ()
    recent.add(tmp_path / "a.json")
    assert recent.paths() == (tmp_path / "a.json",)


def test_a_long_list_in_the_settings_is_cut(store, tmp_path):
    store.change(recent=tuple(os.fsencode(tmp_path / f"{n}.json") for n in range(1000)))
    assert len(RecentFiles(store).paths()) == 10


@pytest.mark.skipif(os.name == "nt", reason="names are text on Windows")
def test_a_name_that_is_no_text_is_kept(store, tmp_path):
    path = tmp_path / os.fsdecode(b"\xff.json")
    RecentFiles(store).add(path)
    assert RecentFiles(store).paths() == (path,)


def test_the_menu_opens_what_was_open_before(files, document, window, saved, tmp_path):
    other = tmp_path / "a & b.json"
    write_project(with_epochs(7), other)
    files.open_path(other)
    menu = files.recent_menu(window)
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions()]
    assert texts == [f"a && b.json — {tmp_path}", f"lenet.json — {tmp_path}", "", "Clear this list"]
    menu.actions()[1].trigger()
    assert document.path == saved
    menu.aboutToShow.emit()
    assert menu.actions()[0].text().startswith("lenet.json")
    menu.actions()[-1].trigger()
    menu.aboutToShow.emit()
    assert [(action.text(), action.isEnabled()) for action in menu.actions()] == [("No files yet", False)]


def test_a_file_that_is_gone_leaves_the_list(files, errors, saved):
    saved.unlink()
    assert not files.open_path(saved)
    assert errors == [
        f"“{saved}” was not opened. There is no such file: it may have been moved, renamed or deleted."
    ]
    assert files.recent.paths() == ()


def test_a_damaged_file_stays_on_the_list(files, errors, saved):
    saved.write_text("damaged")
    assert not files.open_path(saved)
    assert files.recent.paths() == (saved,)


# recovery


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "recovery"


def kept(folder):
    return sorted(path.suffix for path in folder.iterdir()) if folder.exists() else []


def test_what_is_not_saved_is_kept_and_a_clean_end_leaves_nothing(document, folder, qtbot):
    recovery = Recovery(document, folder, delay=0)
    with qtbot.waitSignal(recovery.written):
        document.edit(with_epochs(7), "seven")
    assert kept(folder) == [".json", ".lock"]
    recovery.close()
    assert kept(folder) == []


@pytest.fixture
def writing(monkeypatch):
    """Writing waits for a gate; gives the gate, and the threads in which something was written."""
    gate, threads = threading.Event(), []

    def write(*arguments, **options):
        threads.append(threading.current_thread())
        gate.wait(60)
        write_atomically(*arguments, **options)

    monkeypatch.setattr(recovery_module, "write_atomically", write)
    monkeypatch.setattr(settings_module, "write_atomically", write)
    yield gate, threads
    gate.set()


def test_the_window_waits_for_no_disk_while_one_works(document, folder, store, qtbot, writing, tmp_path):
    gate, threads = writing
    recovery, recent = Recovery(document, folder, delay=0), RecentFiles(store)
    document.edit(with_epochs(7), "seven")
    recent.add(tmp_path / "a.json")
    qtbot.waitUntil(lambda: len(threads) == 2)
    assert threading.main_thread() not in threads
    recent.add(tmp_path / "b.json")
    assert recent.paths() == (tmp_path / "b.json", tmp_path / "a.json")
    document.edit(with_epochs(8), "eight")
    gate.set()
    recovery.write()
    store.change()
    assert recovery_module._read(recovery._file).project == with_epochs(8)
    assert RecentFiles(Settings(store.path)).paths() == recent.paths()
    recovery.close()


@pytest.mark.parametrize("end", ["undone", "closed"])
def test_what_is_being_written_when_it_is_not_needed_any_more_is_not_kept(
    document, folder, qtbot, writing, end
):
    gate, threads = writing
    recovery = Recovery(document, folder, delay=0)
    document.edit(with_epochs(7), "seven")
    qtbot.waitUntil(lambda: len(threads) == 1)
    if end == "undone":
        document.undo()
    gate.set()
    if end == "closed":
        recovery.close()
    qtbot.waitUntil(lambda: kept(folder) == [])
    if end == "undone":
        document.edit(with_epochs(8), "eight")
        recovery.write()
        assert kept(folder) == [".json", ".lock"]
        recovery.close()
    assert kept(folder) == []


def test_edits_in_a_row_are_written_together(document, folder, qtbot):
    recovery = Recovery(document, folder, delay=0)
    written = []
    recovery.written.connect(lambda: written.append(document.project.recipe.learning.epochs))
    for epochs in (7, 8, 9):
        document.edit(with_epochs(epochs), "edit")
    qtbot.waitUntil(lambda: written == [9])
    recovery.close()


def test_somebody_who_edits_without_a_pause_is_safe_too(document, folder):
    recovery = Recovery(document, folder, delay=50)
    written = []
    recovery.written.connect(lambda: written.append(1))
    for number in range(20_000):
        document.edit(with_epochs(30 + number), "edit")
        QApplication.processEvents()
        if written:
            break
    assert written
    recovery.close()


@pytest.mark.parametrize("end", ["saved", "undone", "discarded"])
def test_what_is_saved_undone_or_discarded_is_not_kept(document, folder, qtbot, end, tmp_path):
    recovery = Recovery(document, folder, delay=0)
    with qtbot.waitSignal(recovery.written):
        document.edit(with_epochs(7), "seven")
    document.edit(with_epochs(8), "eight")
    match end:
        case "saved":
            document.mark_saved(tmp_path / "a.json")
        case "undone":
            document.undo()
            document.undo()
        case "discarded":
            document.reset(blank_project())
    assert kept(folder) == []
    assert not recovery._timer.isActive()
    recovery.close()


def test_a_window_that_is_alive_is_not_recovered_from(document, folder, window):
    recovery = Recovery(document, folder)
    document.edit(with_epochs(7), "seven")
    recovery.write()
    other = Recovery(Document(FIRST, window), folder)
    assert other.recoverable() is None
    assert recovery.recoverable() is None
    recovery.close()
    other.close()


CRASH = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
import msgspec
from app.session.document import Document
from app.session.recovery import Recovery
from app.session.settings import Settings
from networks.project.project import first_project
from networks.recipes.recipe import with_settings

application = QCoreApplication([])
project = first_project()
document = Document(project)
if sys.argv[2]:
    document.reset(project, Path(sys.argv[2]))
recovery = Recovery(document, Path(sys.argv[1]), delay=0)
recovery.written.connect(lambda: print("written", flush=True))
epochs = int(sys.argv[3])
recipe = with_settings(project.recipe, epochs=epochs)
document.edit(msgspec.structs.replace(project, recipe=recipe), "edit")
sys.exit(application.exec())
"""


def crashed(folder, epochs, path=""):
    """A session in a process of its own that is killed as soon as its edit is on the disk."""
    command = [sys.executable, "-c", CRASH, str(folder), str(path), str(epochs)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "written\n"
    process.send_signal(signal.SIGKILL) if hasattr(signal, "SIGKILL") else process.kill()
    process.wait(timeout=100)
    process.stdout.close()


def test_a_killed_session_is_recovered(folder, document, tmp_path):
    path = tmp_path / "lenet.json"
    crashed(folder, 7, path)
    recovery = Recovery(document, folder)
    found = recovery.recoverable()
    assert (found.project, found.path) == (with_epochs(7), path)
    assert recovery.recoverable() == found
    recovery.forget()
    assert recovery.recoverable() is None
    assert kept(folder) == []


def test_only_one_window_offers_what_was_left(folder, document, window):
    crashed(folder, 7)
    one, two = Recovery(document, folder), Recovery(Document(FIRST, window), folder)
    assert one.recoverable().project == with_epochs(7)
    assert two.recoverable() is None
    one.close()
    assert two.recoverable().project == with_epochs(7)
    two.close()


def test_after_two_crashes_the_later_one_comes_first(folder, document):
    crashed(folder, 7)
    crashed(folder, 8)
    for age, file in enumerate(
        sorted(folder.glob("*.json"), key=lambda file: b'epochs\\": 7' in file.read_bytes())
    ):
        os.utime(file, (1000 - age, 1000 - age))
    recovery = Recovery(document, folder)
    assert recovery.recoverable().project == with_epochs(8)
    recovery.forget()
    assert recovery.recoverable().project == with_epochs(7)
    recovery.close()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"damaged",
        b"[" * 100_000,
        b'{"path": null, "project": "{}"}',
        b'{"path": "AA==", "project": "x", "more": 1}',
        b"\xff\xfe",
    ],
)
def test_a_damaged_recovery_file_is_passed_over_and_stays(folder, document, content):
    folder.mkdir()
    (folder / "0000.json").write_bytes(content)
    recovery = Recovery(document, folder)
    assert recovery.recoverable() is None
    assert (folder / "0000.json").read_bytes() == content
    lock = QLockFile(str(folder / "0000.lock"))
    assert lock.tryLock(0), "another window may look at it"
    lock.unlock()


def left(folder, text):
    """What a session that crashed has left, of whatever version."""
    folder.mkdir()
    (folder / "0000.json").write_bytes(msgspec.json.encode({"path": None, "project": text}))


def test_what_the_last_release_left_in_a_crash_is_recovered(folder, document):
    left(folder, FORMAT_1.read_text(encoding="utf-8"))
    recovery = Recovery(document, folder)
    assert recovery.recoverable().project == read_project(FORMAT_1)
    recovery.close()


def test_what_a_newer_backbone_left_in_a_crash_stays_for_it(folder, document):
    left(folder, project_to_json(FIRST).decode().replace(f'"format": {FORMAT}', f'"format": {FORMAT + 1}'))
    recovery = Recovery(document, folder)
    assert recovery.recoverable() is None
    recovery.close()
    assert (folder / "0000.json").exists()


def test_a_folder_that_cannot_be_written_is_told_once(document, tmp_path, caplog):
    (tmp_path / "file").write_text("no folder")
    recovery, told = Recovery(document, tmp_path / "file" / "recovery"), []
    recovery.failed.connect(told.append)
    for epochs in (7, 8):
        document.edit(with_epochs(epochs), "edit")
        recovery.write()
    assert len(caplog.records) == 2
    (reason,) = told
    assert "lost in a crash" in str(reason)
    assert recovery.recoverable() is None
    recovery.close()


def test_what_a_crash_left_can_be_restored(files, document, tmp_path):
    path, folder = tmp_path / "lenet.json", tmp_path / "data" / "recovery"
    write_project(FIRST, path)
    crashed(folder, 7, path)
    assert files.restore()
    assert (document.project, document.path, document.modified) == (with_epochs(7), path, True)
    assert len(list(folder.glob("*.json"))) == 1
    assert read_project(path) == FIRST


def test_what_is_open_is_not_lost_to_a_restored_project(files, document, tmp_path):
    crashed(tmp_path / "data" / "recovery", 7, tmp_path / "lenet.json")
    document.edit(with_epochs(9), "nine")
    answering(press("Cancel"))
    assert not files.restore()
    assert document.project == with_epochs(9)
    assert files.recovery.recoverable().project == with_epochs(7)


def test_a_restored_project_is_saved_over_its_file_only_after_a_question(files, document, tmp_path):
    path = tmp_path / "lenet.json"
    write_project(FIRST, path)
    crashed(tmp_path / "data" / "recovery", 7, path)
    assert files.restore()
    answering(press("Overwrite"))
    assert files.save()
    assert read_project(path) == with_epochs(7)
    assert kept(tmp_path / "data" / "recovery") == []


def test_without_a_crash_nothing_is_restored(files, document):
    assert not files.restore()
    assert document.project == FIRST


def test_dialogs_are_freed(files, window, document, saved):
    document.edit(with_epochs(7), "seven")
    for _ in range(3):
        answering(press("Cancel"))
        files.may_discard()
    QApplication.sendPostedEvents(None, 52)
    assert window.findChildren(QMessageBox) == []


def test_going_back_to_a_file_is_no_change_by_another_program(files, document, saved, tmp_path, monkeypatch):
    """Nobody is asked, because nobody else wrote; the two projects stay in their two files."""
    document.edit(with_epochs(50), "Load", detached=True)
    monkeypatch.setattr(files.dialogs, "ask_save_path", lambda: tmp_path / "other.json")
    assert files.save()
    document.undo()
    document.edit(with_epochs(51), "Epochs")
    assert files.save()
    assert read_project(saved) == with_epochs(51)
    assert read_project(tmp_path / "other.json") == with_epochs(50)


@pytest.mark.parametrize("name", ["net.png", "net.py", "net.onnx", "net"])
def test_a_project_is_not_saved_under_the_name_of_something_else(files, monkeypatch, tmp_path, name):
    shown = []
    monkeypatch.setattr(files.dialogs, "ask_save_path", lambda: tmp_path / name)
    monkeypatch.setattr(files.dialogs, "show_error", lambda reason: shown.append(str(reason)))
    assert not files.save_as()
    assert shown == [f"Expected a name that ends in .json, got “{name}”."]
    assert not (tmp_path / name).exists()
