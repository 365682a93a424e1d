"""Cards stand out for the part of the window that spoke last, and for the one before when that is gone."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.session.settings import Settings
from networks.project.project import first_project


def test_who_spoke_last_is_lit(qtbot, tmp_path):
    window = QWidget()
    qtbot.addWidget(window)
    desk = Desk(first_project(), window, Settings(tmp_path / "settings.json"), tmp_path)
    shown = []
    desk.way_shown.connect(shown.append)
    one, other = frozenset({"conv1"}), frozenset({"fc1"})
    desk.light("nobody", None)
    desk.light("one", one)
    desk.light("other", other)
    # it says the same again
    desk.light("other", other)
    desk.light("one", None)
    desk.light("one", one)
    desk.light("one", None)
    desk.light("other", None)
    assert shown == [one, other, one, other, None]
