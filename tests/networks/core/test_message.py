"""Sentences: values from outside are shown escaped and bounded, whatever they hold."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.core.message import LONGEST, message, visible, visible_lines

HOSTILE = {
    "escape sequence": "\x1b]0;title\x07\x1b[2J",
    "NUL": "conv\x00",
    "bidirectional override": "\u202egnp.nosj",
    "isolate and mark": "\u2066a\u2069\u200f",
    "line breaks": "a\nb\r\nc\u2028d\u2029e\x85f",
    "C1 control": "\x9b31m",
    "half a character": "\udcff",
    "invisible": "a\u200bb\ufeffc\u00add",
    "tags": "\U000e0041",
    "long": "x" * 10_000,
}
OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode's categories of what is not seen or acts on other text."""


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_value_cannot_act_on_its_sentence(text):
    sentence = str(message("“{outer}” and “{name}”", name=text, outer=message("{inner}", inner=text)))
    assert not OBEYED & set(map(unicodedata.category, sentence))
    assert len(sentence) < 2 * LONGEST + 20


@given(st.text(max_size=50))
def test_visible_text_is_one_line_and_stays_as_it_is(text):
    shown = visible(text)
    assert not OBEYED & set(map(unicodedata.category, shown))
    assert visible(shown) == shown


@given(st.text(st.characters(categories=["L", "N", "P", "S", "M", "Zs"]), max_size=50))
def test_ordinary_text_is_not_touched(text):
    assert visible(text) == text


def test_escapes_tell_what_was_there():
    assert visible("\x1b[2J\n\u202e\U000e0041\x00") == r"\x1b[2J\n\u202e\U000e0041\x00"


def test_lines_stay_lines():
    assert visible_lines("a\x1b\nb\tc\n") == "a\\x1b\nb\\tc\n"


def test_the_values_of_translated_sentences_are_shown_the_same_way():
    inner = message("got {name}", name="\x1b")
    german = {"No: {inner}": "Nein: {inner}", "got {name}": "bekam {name}"}
    assert message("No: {inner}", inner=inner).filled(lambda each: german[each.text]) == r"Nein: bekam \x1b"
