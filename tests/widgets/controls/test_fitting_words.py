"""What has too little room is said in fewer words; only the last of them is ever cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

from networks.xray.view import View
from widgets.canvas.items.inside import TILE, range_words
from widgets.canvas.items.style import Style
from widgets.canvas.placement.geometry import WIDTH
from widgets.controls.elided_label import first_that_fits
from widgets.look import theme

forms = st.lists(st.text("abc de", min_size=1, max_size=60), min_size=1, max_size=4)


@given(forms, st.integers(1, 500))
def test_the_first_form_that_has_room_is_shown(qapp, forms, width):
    metrics = QFontMetrics(theme.font(theme.SMALL))
    shown = first_that_fits(forms, metrics, width)
    fitting = [form for form in forms if metrics.horizontalAdvance(form) <= width]
    if fitting:
        assert shown == fitting[0]
    else:
        cut = metrics.elidedText(forms[-1], Qt.TextElideMode.ElideRight, width)
        assert shown == cut


def test_the_card_of_a_large_input_says_its_numbers_whole(qapp):
    metrics = QFontMetrics(Style().text)
    view = View("input", (3, 224, 224), -0.94, 2.16, 0.0, 0.0)
    words = range_words(view, metrics, int(WIDTH - 26 - TILE - 10))
    assert "…" not in words
    assert "−0.94 to 2.16" in words
    assert words.replace("\u202f", "").replace("\u2009", "").find("150528") >= 0
