"""A sentence has as many words as there is room for, and is whole on hover."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QMainWindow

from app.window.status_line import StatusLine

FORMS = (
    "Trained for 20 epochs. The validation loss was lowest after epoch 9: 0.4.",
    "The validation loss was lowest after epoch 9: 0.4.",
    "Lowest validation loss 0.4.",
)


def test_a_sentence_is_said_in_as_many_words_as_have_room(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    line, corner = StatusLine(window), QLabel("torch")
    line.fill([QLabel("14 layers")], [corner])
    window.setStatusBar(line)
    window.resize(2000, 200)
    with qtbot.waitExposed(window):
        window.show()
    line.say(FORMS, 0)
    assert line.currentMessage() == FORMS[0]
    width = line.fontMetrics().horizontalAdvance
    for form in FORMS[1:]:
        # so much that the longer one would reach below the corner
        window.resize(width(form) + corner.sizeHint().width() + 60, 200)
        qtbot.waitUntil(lambda form=form: line.currentMessage() == form)
        assert line.toolTip() == FORMS[0]
        line.say(FORMS, 0)
        assert line.currentMessage() == form
    window.resize(width(FORMS[2]) // 2 + corner.sizeHint().width(), 200)
    qtbot.waitUntil(lambda: line.currentMessage().endswith("…"))
    window.resize(2000, 200)
    qtbot.waitUntil(lambda: line.currentMessage() == FORMS[0])
    line.say(("",), 0)
    assert (line.currentMessage(), line.toolTip()) == ("", "")
