"""Every command that opens a file dialog, found by walking the window, whatever the dialog answers."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QInputDialog,
    QMenu,
    QMessageBox,
)

from app.features.data.dataset import Data
from app.features.explaining.looks_at import LooksAt
from app.features.explaining.where_from import WhereFrom
from app.features.inside.inside import Inside
from app.features.runs.sweeps import Sweeps
from app.features.runs.training import Training
from app.training.trainer import State
from networks.project.project import Project, first_project, write_project
from networks.recipes.datasets.fashion_mnist import FashionMNIST
from networks.recipes.recipe import with_settings
from tests.app.window.opened import OpenedWindow
from widgets.results.panel import ResultsPanel

ROOT = Path(__file__).parents[3]
OPENERS = {"QFileDialog", "new_file", "save_picture", "save_csv"}
"""What opens a file dialog, or calls what does."""


@cache
def sites() -> frozenset[str]:
    """Every place in the program that opens one, as `file:function`; it takes seconds to find them."""
    found = set()
    for folder in ("app", "widgets"):
        for file in (ROOT / folder).rglob("*.py"):
            for function in ast.walk(ast.parse(file.read_text())):
                if isinstance(function, ast.FunctionDef) and any(map(opens, ast.walk(function))):
                    found.add(f"{file.relative_to(ROOT)}:{function.name}")
    return frozenset(found)


def opens(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    if isinstance(called, ast.Attribute):
        owner = called.value
        named = {owner.id} if isinstance(owner, ast.Name) else set()
        return bool(named & {"QFileDialog"}) or (called.attr in OPENERS and bool(named & {"export"}))
    return isinstance(called, ast.Name) and called.id in OPENERS


class Dialogs:
    """Answers file dialogs with a name in a folder, and keeps all that is said in other dialogs."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.path = lambda ending, folder: None
        self.opened = 0
        self.reached = {"app/session/file_dialogs.py:_dialog"}  # makes what `_chosen` opens
        self.said: list[str] = []
        self.chosen: Path | None = None
        self.asks_for = ""
        """Whether the last one asked for a file to open, a file to save to or a folder."""
        patch.setattr(QDialog, "exec", lambda dialog: self._exec(dialog))
        patch.setattr(QDialog, "open", lambda dialog: self._say(dialog))
        patch.setattr(QMessageBox, "open", lambda dialog, *_: self._say(dialog))
        patch.setattr(QFileDialog, "exec", lambda dialog: self._exec_file(dialog))
        patch.setattr(QFileDialog, "selectedFiles", lambda _: [str(self.chosen)])
        patch.setattr(QMenu, "exec", lambda *_: None)
        for name in ("getText", "getMultiLineText", "getInt", "getDouble", "getItem"):
            patch.setattr(QInputDialog, name, staticmethod(lambda *_, **__: ("", False)))
        for name in ("getSaveFileName", "getOpenFileName", "getOpenFileNames", "getSaveFileUrl"):
            patch.setattr(
                QFileDialog, name, staticmethod(self._file_name("save" if "Save" in name else "open"))
            )
        patch.setattr(
            QFileDialog,
            "getExistingDirectory",
            staticmethod(lambda *_, **__: self._answer("folder", "") or ""),
        )

    def _file_name(self, wish: str):
        def answer(parent, title, name="", kinds="", *_, **__):
            ending = re.search(r"\*(\.\w+)", kinds)
            return self._answer(wish, ending[1] if ending else Path(name).suffix) or "", kinds.split(";;")[0]

        return answer

    def _exec_file(self, dialog: QFileDialog) -> int:
        saves = dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
        ending = f".{dialog.defaultSuffix()}" if saves else ".json"
        found = self._answer("save" if saves else "open", ending)
        return QDialog.DialogCode.Rejected if found is None else QDialog.DialogCode.Accepted

    def _exec(self, dialog: QDialog) -> int:
        self._say(dialog)
        return 0

    def _say(self, dialog: QDialog) -> None:
        if isinstance(dialog, QMessageBox):
            self.said.append(dialog.text())

    def _answer(self, wish: str, ending: str) -> str | None:
        self.opened += 1
        self.asks_for = wish
        frame = sys._getframe(1)
        while frame is not None:
            file = Path(frame.f_code.co_filename)
            if file.is_relative_to(ROOT):
                self.reached.add(f"{file.relative_to(ROOT)}:{frame.f_code.co_name}")
            frame = frame.f_back
        self.chosen = self.path(ending, wish == "folder")
        return None if self.chosen is None else str(self.chosen)


def small() -> Project:
    first = first_project()
    return replace(first, recipe=with_settings(first.recipe, threads=1, epochs=1))


def lacking() -> Project:
    """Its images are not there yet."""
    given = small()
    return replace(
        given, recipe=replace(given.recipe, data=replace(given.recipe.data, dataset=FashionMNIST()))
    )


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch) -> Iterator[OpenedWindow]:
    """With a run that has ended, so that everything can be exported."""
    path = tmp_path / "lenet.json"
    write_project(small(), path)
    window = OpenedWindow(small())
    window.resize(1480, 920)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    assert window.files.open_path(path)
    window.runs.train()
    qtbot.waitUntil(lambda: window.trainer.state is State.IDLE, timeout=60_000)
    window._make_everything()
    window.desk.open_panel("results")
    (results,) = window.findChildren(ResultsPanel)
    qtbot.waitUntil(lambda: results.body is not None, timeout=60_000)
    settle(window, qtbot)
    window.desk.show_devices(("cpu",))
    window.desk.open_panel("inside")
    qtbot.waitUntil(lambda: window.feature(Inside).panel.near is not None, timeout=60_000)
    window.feature(WhereFrom).explain_selected()
    qtbot.waitUntil(lambda: window.feature(WhereFrom).panel.page is not None, timeout=60_000)
    window.feature(LooksAt).open()
    qtbot.waitUntil(lambda: window.feature(LooksAt).panel.found is not None, timeout=60_000)
    yield window
    window.files.dialogs.ask_discard = lambda: "discard"
    window.close()


def settle(window: OpenedWindow, qtbot) -> None:
    """Waits until what was begun beside the window has ended."""
    contents = window.feature(Training).past.contents
    QApplication.processEvents()
    # a list of commands is written when its sweep has been made
    jobs = window.feature(Sweeps)._jobs
    qtbot.waitUntil(lambda: not window.exports.busy and not jobs and not window.files.saving, timeout=60_000)
    contents.close()
    QApplication.processEvents()


def wishes(window: OpenedWindow) -> dict[str, QObject]:
    """All that says by an ellipsis that it asks for something, by name."""
    past = window.feature(Training).past
    rows = [row.run for row in window.desk.runs.table.rows.values()]
    window.feature(Training).measured.runs.table.select(rows[:1])
    menu = past.menu()
    menu.setParent(window)
    found = {}
    for holder in (window, menu):
        for wish in (*holder.findChildren(QAction), *holder.findChildren(QAbstractButton)):
            words = f"{wish.text()} {wish.toolTip()}"
            if ("…" in words or "export" in wish.objectName()) and wish.isEnabled():
                found[f"{wish.objectName()} {words} {len(found)}"] = wish
    return found


def saved_in_sight(window: OpenedWindow, qtbot) -> Iterator[QAbstractButton]:
    """Buttons that save what is shown, each while its room is in front."""
    window.feature(WhereFrom).explain_selected()
    panel = window.feature(WhereFrom).panel
    qtbot.waitUntil(lambda: panel.isVisible() and panel.page is not None, timeout=60_000)
    yield panel.save
    # without it there are no answers to film
    window.desk.probe_wished.emit()
    window.desk.open_panel("curves")
    button = window.feature(Training).time.bar.save_button
    qtbot.waitUntil(lambda: button.isVisible() and button.isEnabled(), timeout=60_000)
    yield button


def press(wish: QObject) -> None:
    if isinstance(wish, QAction):
        wish.trigger()
    else:
        assert isinstance(wish, QAbstractButton)
        wish.click()


def all_told(window: OpenedWindow, dialogs: Dialogs) -> list[str]:
    """All sentences that the user has in sight."""
    bars = [window.statusBar().currentMessage(), window.exports.offer_bar.findChild(QObject) and ""]
    return [sentence for sentence in (*dialogs.said, *bars) if sentence]


LOCKED = Path("/sys")
"""Nobody may write there, root included."""

CASES = {
    "cancelled": lambda folder, ending, wants_folder: None,
    "without permission": lambda folder, ending, wants_folder: LOCKED / f"new{ending}",
    "vanished": lambda folder, ending, wants_folder: folder / "gone" / f"new{ending}",
    "wrong ending": lambda folder, ending, wants_folder: folder / "new.xyz",
    "control characters": lambda folder, ending, wants_folder: folder / f"a\x1b[2J\x07\x9b\n<b>{ending}",
    "there already": lambda folder, ending, wants_folder: folder / f"old{ending}",
}
REFUSED = {"without permission", "vanished", "wrong ending"}


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def walk(window: OpenedWindow, dialogs: Dialogs, qtbot, folder: Path, case: str, found) -> None:
    folder.mkdir()
    settings = window.desk.settings
    for name, wish in found:
        dialogs.opened, dialogs.said = 0, []
        window.statusBar().clearMessage()
        dialogs.path = lambda ending, wants: CASES[case](folder, ending, wants)
        for ending in (".json", ".py", ".onnx", ".safetensors", ".svg", ".png", ".csv"):
            (folder / f"old{ending}").write_text("precious")
        before = files_in(folder)
        press(wish)
        settle(window, qtbot)
        if not dialogs.opened:
            continue
        after, chosen = files_in(folder), dialogs.chosen
        sentences = all_told(window, dialogs)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", "".join(sentences)), (name, sentences)
        assert not [path for path in after if path.endswith(".tmp")], name
        if case == "cancelled":
            assert after == before, name
            assert not dialogs.said, (name, dialogs.said)
        elif case in REFUSED or dialogs.asks_for != "save":
            assert after == before, name
            assert dialogs.said or sentences, f"{name}: nothing is said"
        else:
            assert after[str(chosen)] not in (b"", b"precious"), name
            kept = {path: data for path, data in after.items() if path in before and path != str(chosen)}
            assert kept == {path: data for path, data in before.items() if path != str(chosen)}, name
        for path in folder.glob("*"):
            if path.is_file():
                path.unlink()
        assert settings.read() is not None


@pytest.mark.slow
@pytest.mark.skipif(not LOCKED.is_dir(), reason="only Linux has a folder that nobody may write to")
@pytest.mark.parametrize("case", CASES)
def test_whatever_a_file_dialog_answers_is_done_or_refused_in_a_sentence(
    window, qtbot, tmp_path, monkeypatch, case
):
    dialogs = Dialogs(monkeypatch)
    window.files.dialogs.ask_discard = lambda: "discard"
    window.exports.open_folder = lambda folder: True
    # of these rooms nothing is kept while others are in sight
    rooms = ((f"room {number}", button) for number, button in enumerate(saved_in_sight(window, qtbot)))
    walk(window, dialogs, qtbot, tmp_path / "rooms", case, rooms)
    walk(window, dialogs, qtbot, tmp_path / "target", case, wishes(window).items())
    window.document.edit(lacking(), "lacking")
    data = window.feature(Data)
    walked = tmp_path / "other"
    walked.mkdir()
    dialogs.said = []
    failed = []
    data.failed.connect(lambda reason: failed.append(str(reason)))
    dialogs.path = lambda ending, wants: CASES[case](walked, "", wants)
    data.choose_folder()
    assert bool(failed) == (case != "cancelled")
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", "".join(failed))
    missing = {site for site in sites() if site not in dialogs.reached}
    assert not missing, "nothing walked here opens these"
