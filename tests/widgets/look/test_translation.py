"""Only whole texts are translated, and numbers are written as people read them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QTranslator

from networks.core.message import message, plural
from widgets.look.translation import declared, said, short, thousands

ROOT = Path(__file__).parents[3]
SOURCES = sorted(path for folder in ("widgets", "app") for path in (ROOT / folder).rglob("*.py"))


def built_texts(tree):
    """Line numbers of tr() and translate() whose text is not a plain constant."""
    lines = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "translate" and getattr(getattr(node.func, "value", None), "id", "") == "painter":
            continue  # it moves the origin
        texts = {"tr": node.args[:1], "translate": node.args[:2]}.get(name, [])
        parts = [part for text in texts for part in ast.walk(text)]
        if any(isinstance(part, ast.JoinedStr | ast.BinOp | ast.Call) for part in parts):
            lines.append(node.lineno)
    return lines


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_is_built_before_it_is_translated(path):
    assert built_texts(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    ['self.tr(f"{x} layers")', 'tr("a" + b)', 'self.tr("{x}".format(x=1))', 'q.translate("C", "a" % b)'],
)
def test_a_built_text_is_found(source):
    assert built_texts(ast.parse(source)) == [1]


def test_sources_are_found():
    assert ROOT / "widgets" / "palette" / "palette.py" in SOURCES


THINGS = (
    "layers|weights|epochs|steps|runs|threads|files|pictures|images|mistakes|problems|channels|filters|groups"
)
COUNTED = re.compile(rf"(?<!of )\{{(count|{THINGS})\}} (?:more |other )?({THINGS})\b")
"""`{count} layers`, `{epochs} epochs`."""
NEVER_ONE = {
    "{count} layers selected": "one is shown by its name",
    "channels that {groups} groups divide evenly": "one group divides all",
    "channels and filters that {groups} groups divide evenly": "one group divides all",
    "{optimizer} · learning rate {rate} · batches of {batch} · {epochs} epochs": "papers train for longer",
    "No rate can be marked. In {steps} steps": "a search makes dozens",
    "{runs} runs, 2 for each of {seeds} seeds": "one seed has a sentence of its own",
    "Expected a group of at most {layers} layers": "a bound",
    "{count} pictures of 32×32": "thousands",
    "{zero} {dead} of {count} units were zero for all {pictures} pictures": "dozens are tried",
    "dead: zero everywhere in all {pictures} pictures that were tried": "dozens are tried",
    "On {pictures} pictures it lies between": "on one there is no lowest and highest",
}


def counting(tree):
    """Texts that count something and have no other words for one of it, as `plural` has."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"tr", "_tr", "translate", "message"}:
                texts = (text.value for text in node.args if isinstance(text, ast.Constant))
                yield from (text for text in texts if isinstance(text, str) and COUNTED.search(text))


def test_what_counts_has_words_for_one_of_it():
    paths = [*SOURCES, *(ROOT / "networks").rglob("*.py")]
    found = {text for path in paths for text in counting(ast.parse(path.read_text(encoding="utf-8")))}
    known = {text for text in found for each in NEVER_ONE if text.startswith(each)}
    assert found == known


@given(st.integers(min_value=-(10**18), max_value=10**18))
def test_thousands_lose_nothing(number):
    text = thousands(number)
    assert int(text.replace("\u202f", "")) == number
    first, *groups = text.lstrip("-").split("\u202f")
    assert 1 <= len(first) <= 3
    assert all(len(group) == 3 for group in groups)


@given(st.integers(min_value=0, max_value=10**14))
def test_short_numbers_are_short_and_right_to_three_digits(number):
    text = short(number)
    figure, _, unit = text.partition("\u202f")
    size = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}[unit]
    assert float(figure) * size == pytest.approx(number, rel=0.005)
    if number < 10**12:
        assert len(text) <= 6


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_short_numbers_keep_the_order(one, other):
    size = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}

    def read(text):
        figure, _, unit = text.partition("\u202f")
        return float(figure) * size[unit]

    if one <= other:
        assert read(short(one)) <= read(short(other)) * (1 + 1e-9)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (156, "156"),
        (999, "999"),
        (1000, "1 k"),
        (48_120, "48.1 k"),
        (999_999, "1 M"),
        (25_557_032, "25.6 M"),
    ],
)
def test_short_numbers_as_on_a_card(number, text):
    assert short(number) == text.replace(" ", "\u202f")


def test_a_message_within_a_message_is_said():
    assert (
        said(message("Expected {a}, got {b}.", a=message("{n} layers", n=3), b=2))
        == "Expected 3 layers, got 2."
    )


def test_nothing_is_declared_as_nothing():
    assert declared("") == ""


@given(st.integers(0, 100))
def test_what_is_counted_stands_in_the_singular_or_in_the_plural(count):
    sentence = plural("{count} {kind} epoch", "{count} {kind} epochs", count=count, kind="whole")
    assert said(sentence) == str(sentence) == (f"{count} whole epoch" + ("" if count == 1 else "s"))


def test_a_translation_chooses_its_own_plural_form(qapp):
    class Polish(QTranslator):
        def translate(self, context, text, disambiguation, count):
            forms = {1: "{count} epoka", 2: "{count} epoki"}
            return forms.get(count, "{count} epok") if text == "{count} epochs" else ""

        def isEmpty(self):
            return False

    translator = Polish()
    qapp.installTranslator(translator)
    try:
        counted = [said(plural("{count} epoch", "{count} epochs", count=count)) for count in (1, 2, 5)]
    finally:
        qapp.removeTranslator(translator)
    assert counted == ["1 epoka", "2 epoki", "5 epok"]
