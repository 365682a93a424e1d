"""A name is tried while it is typed; one that cannot be stays in the field, with the reason below it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit

from networks.graph import groups
from networks.presets.resnet import resnet
from widgets.panels.name_row import NameRow


@pytest.fixture
def network():
    return groups.group(resnet(18), ("conv1", "bn1"), "first")


@pytest.fixture
def row(qtbot, network):
    row = NameRow("fold_name", "tip", lambda old, new: groups.rename_fold(network, old, new))
    qtbot.addWidget(row)
    row.show_name("first")
    row.show()
    qtbot.waitExposed(row)
    return row


def type_over(row, text, key=Qt.Key.Key_Return):
    field = row.findChild(QLineEdit, "fold_name")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, key)
    return field


def refused(row):
    line = row.findChild(QLabel, "refusal")
    return line.text() if line is not None else ""


def test_a_good_name_gives_the_renamed_network(row, network, qtbot):
    with qtbot.waitSignal(row.renamed) as told:
        type_over(row, "stem")
    assert told.args == ["first", "stem", groups.rename_fold(network, "first", "stem")]
    assert not refused(row)


def test_a_name_that_is_taken_is_refused_in_words_and_stays(row, qtbot):
    with qtbot.assertNotEmitted(row.renamed):
        field = row.findChild(QLineEdit, "fold_name")
        field.selectAll()
        QTest.keyClicks(field, "conv1")
        assert "conv1" in refused(row)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert (field.text(), "still called “first”" in refused(row)) == ("conv1", True)
        QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "first"
    assert not refused(row)


def test_nothing_is_renamed_where_several_things_are_selected(row, qtbot):
    row.show_name("")
    with qtbot.assertNotEmitted(row.renamed):
        type_over(row, "other")
