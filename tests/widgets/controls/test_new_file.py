"""The file to write to: its ending says what is in it, and nothing is overwritten without a question."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from widgets.controls.new_file import new_file

KINDS = [("PNG", ".png"), ("SVG", ".svg")]


@pytest.fixture
def ask(qtbot, monkeypatch):
    """What is written to and what is said, where the dialog answers this."""
    parent = QWidget()
    qtbot.addWidget(parent)
    said = []
    monkeypatch.setattr(QMessageBox, "open", lambda box: said.append((box.text(), box.textFormat())))

    def asked(path, kind="PNG (*.png)"):
        said.clear()
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), kind))
        return new_file(parent, "Save", "curves.png", KINDS), list(said)

    return asked


def test_a_name_without_an_ending_gets_that_of_the_kind(ask, tmp_path):
    assert ask(tmp_path / "a") == (tmp_path / "a.png", [])
    assert ask(tmp_path / "a", "SVG (*.svg)") == (tmp_path / "a.svg", [])
    assert ask(tmp_path / "a", "") == (tmp_path / "a.png", [])
    assert ask("") == (None, [])


def test_what_the_dialog_did_not_ask_about_is_not_overwritten(ask, tmp_path):
    (tmp_path / "a.png").write_text("precious")
    path, ((words, form),) = ask(tmp_path / "a")
    assert path is None
    assert words.startswith("“a.png” is there already")
    assert form is Qt.TextFormat.PlainText
    assert ask(tmp_path / "a.png") == (tmp_path / "a.png", []), "there the dialog has asked"


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.png.exe", "<b>\x1b[2J.txt"])
def test_another_ending_is_refused(ask, tmp_path, name):
    path, ((words, _),) = ask(tmp_path / name)
    assert path is None
    assert words.startswith("Expected a name that ends in .png, .svg, got")
    assert "\x1b" not in words
