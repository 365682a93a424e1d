"""Names from project files in the window: nothing takes them for HTML, and nothing obeys what is in them."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

from app.start.start import make_application
from networks.graph.groups import group
from networks.graph.saved_blocks import saved_block
from networks.project.project import first_project
from tests.app.window.opened import OpenedWindow
from widgets.canvas.picture import svg

NAME = "<b>b</b><img src='x'>"


def _hostile_project():
    project = first_project()
    names = [node.name for node in project.network.nodes if node.inputs][:2]
    return replace(project, network=group(project.network, names, NAME))


def _rich(text):
    # Qt takes a text with a tag in it for HTML
    return NAME in text


def test_no_widget_takes_a_name_for_html(qapp, qtbot, tmp_path):
    make_application()
    window = OpenedWindow(_hostile_project(), everything=True)
    window.canvas.animated = False
    window.show()
    project = window.document.project
    window.desk.edit_network(first_project().network, f"Rename {NAME}")
    window.document.undo()
    window.desk.my_blocks.changed.emit((saved_block(project.network, NAME),))
    window.canvas.select((NAME,))
    window.desk.say(f"Undone: {NAME}")
    for widget in window.findChildren(QWidget):
        assert not _rich(widget.toolTip()), widget
        if isinstance(widget, QLabel) and _rich(widget.text()):
            assert widget.textFormat() is Qt.TextFormat.PlainText, widget
    actions = window.findChildren(QAction)
    assert any(NAME in action.text() for action in actions)
    for action in actions:
        assert not _rich(action.toolTip()), action.text()


def test_a_picture_shows_the_name_as_text(qapp):
    make_application()
    window = OpenedWindow(_hostile_project(), everything=True)
    assert b"<img" not in svg(window.desk.shown.folding)


def test_a_refusal_shows_the_name_of_a_file_as_it_is(qapp, tmp_path, monkeypatch):
    make_application()
    window = OpenedWindow(everything=True)
    bad = tmp_path / "\x1b[2J\u202e<b>.json"
    bad.write_text("{")
    shown = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: shown.append((box.text(), box.textFormat())))
    window.open_path(bad)
    ((text, form),) = shown
    assert form is Qt.TextFormat.PlainText
    assert r"\x1b[2J\u202e<b>.json" in text
