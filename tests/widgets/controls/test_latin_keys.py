"""A key with a letter of another script means the Latin one at its place; Latin letters are left alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from widgets.canvas.input.keys import command_of
from widgets.controls.latin_keys import latin_key

CONTROL, NO_KEYS = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
# scan codes as X11 counts them
Z, A, F, W, DOT, ONE = 52, 38, 41, 25, 60, 10


def pressed(letter: str, scan: int, virtual: int = 0, modifiers=NO_KEYS) -> QKeyEvent:
    upper = letter.upper()
    key = ord(letter if letter == "µ" or len(upper) > 1 else upper)
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, scan, virtual, 0, letter)


@pytest.mark.parametrize(
    ("letter", "scan", "latin"),
    [
        ("я", Z, "Z"),  # Russian
        ("ф", A, "A"),
        ("ю", DOT, "."),
        ("ζ", Z, "Z"),  # Greek
        ("ז", Z, "Z"),  # Hebrew
        ("ئ", Z, "Z"),  # Arabic
        ("١", ONE, "1"),
        ("ㅋ", Z, "Z"),  # Korean
        ("つ", Z, "Z"),  # Japanese kana
        ("ผ", Z, "Z"),  # Thai
        ("ी", W, "W"),  # Hindi, a vowel sign
    ],
)
def test_letters_of_other_scripts_stand_for_the_key_at_their_place(qapp, letter, scan, latin):
    assert latin_key(pressed(letter, scan), "xcb") == Qt.Key(ord(latin))
    assert latin_key(pressed(letter, scan), "wayland") == Qt.Key(ord(latin))
    assert latin_key(pressed(letter, scan - 8), "windows") == Qt.Key(ord(latin))


def test_windows_and_macos_name_the_key_by_a_code_of_their_own(qapp):
    assert latin_key(pressed("я", 1, 0x5A), "windows") == Qt.Key.Key_Z
    assert latin_key(pressed("я", 0, 6), "cocoa") == Qt.Key.Key_Z
    assert latin_key(pressed("ы", 0, 1), "cocoa") == Qt.Key.Key_S
    assert latin_key(pressed("т", 0, 45), "cocoa") == Qt.Key.Key_N
    assert latin_key(pressed("ё", 0, 50), "cocoa") == Qt.Key.Key_QuoteLeft


@pytest.mark.parametrize("letter", ["z", "é", "ß", "ø", "ı", "ñ", "ậ", "µ", "²", "º", "/", "1", "€"])
def test_keys_of_layouts_with_latin_letters_are_what_they_say(qapp, letter):
    assert latin_key(pressed(letter, Z), "xcb") is None


@pytest.mark.parametrize(
    "key", [Qt.Key.Key_Escape, Qt.Key.Key_F1, Qt.Key.Key_unknown, 0, Qt.Key.Key_Dead_Acute, Qt.Key.Key_Left]
)
def test_keys_without_a_letter_are_what_they_say(qapp, key):
    assert latin_key(QKeyEvent(QEvent.Type.KeyPress, key, NO_KEYS, Z, 0, 0), "xcb") is None


def test_a_letter_from_no_known_place_stays_what_it_is(qapp):
    assert latin_key(pressed("я", 0), "xcb") is None
    assert latin_key(pressed("я", 250), "xcb") is None


def test_the_canvas_finds_its_keys_by_their_place(qapp):
    assert command_of(pressed("а", F)) == "fit"
    assert command_of(pressed("ф", A, modifiers=CONTROL)) == "select_all"
    assert command_of(pressed("г", 30)) is None
