"""Colour-blind people can tell the groups' colours apart, and text stands out from its background."""

from __future__ import annotations

from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from networks.layers.base import Group
from widgets.canvas.items.style import Style
from widgets.look import theme
from widgets.look.theme import DARK, LIGHT, apply_theme
from widgets.panels.code_view import mark_color, word_colors

# Machado, Oliveira and Fernandes 2009, "A Physiologically-based Model for Simulation of Color Vision
# Deficiency", severity 1.0, on linear RGB; and how much more apart colours must be there
VISIONS = {
    "normal": (np.eye(3), 1.0),
    "protanopia": (
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        1.0,
    ),
    "deuteranopia": (
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        1.0,
    ),
    # the model is less sure of tritanopia, hence the factor on the distance
    "tritanopia": (
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
        1.3,
    ),
}
THEMES = [pytest.param(LIGHT, id="light"), pytest.param(DARK, id="dark")]


def linear(color):
    """sRGB `#rrggbb` to linear RGB, 0 to 1 (IEC 61966-2-1)."""
    part = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """Linear RGB to CIELAB under D65."""
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    x = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(x > (6 / 29) ** 3, np.cbrt(x), x / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one, other):
    """The contrast ratio of WCAG 2, 1 to 21."""
    light = sorted(linear(color) @ np.array([0.2126, 0.7152, 0.0722]) for color in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def test_lab_and_contrast_are_the_known_ones():
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.02)
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISIONS)
def test_every_two_groups_are_told_apart(theme, vision):
    matrix, least = VISIONS[vision]
    colors = {group.value: color for group, color in zip(Group, theme.groups, strict=True)}
    seen = {name: lab(np.array(matrix) @ linear(color)) for name, color in colors.items()}
    apart = {(a, b): float(np.linalg.norm(seen[a] - seen[b])) for a, b in combinations(seen, 2)}
    nearest = min(apart, key=apart.__getitem__)
    assert apart[nearest] * least >= 15, nearest


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("text", "panel"),
    [
        *(
            (text, panel)
            for text in ("text", "text_dim", "faint")
            for panel in ("window", "panel", "card", "card_hover", "band", "sunken")
        ),
        *(
            (text, panel)
            for text in ("accent_text", "neg_text", "pos_text", "success", "warning", "back")
            for panel in ("panel", "card", "sunken")
        ),
        ("text", "accent_soft"),
        ("accent_text", "accent_soft"),
        ("text", "back_soft"),
        ("back", "back_soft"),
        ("success", "ok_soft"),
        ("on_accent", "accent"),
        ("error", "panel"),
        ("error", "error_panel"),
        ("error", "card"),
        ("text", "error_panel"),
        ("text", "warning_panel"),
        ("warning", "panel"),
        ("warning", "warning_panel"),
    ],
)
def test_text_stands_out_from_what_it_is_on(theme, text, panel):
    assert contrast(getattr(theme, text), getattr(theme, panel)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_words_and_marks_of_runs_stand_out(theme):
    assert len(theme.runs) == len(theme.run_texts)
    for ground in (theme.panel, theme.card):
        assert all(contrast(words, ground) >= 4.5 for words in theme.run_texts)
        assert all(contrast(mark, ground) >= 3 for mark in (*theme.runs, theme.neg, theme.pos))


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_what_is_written_on_frames_stands_out_however_deep_they_lie(qapp, mode):
    apply_theme(qapp, mode)
    style = Style()
    apply_theme(qapp, "light")
    panel = QImage(1, 1, QImage.Format.Format_RGB32)
    panel.fill(style.window)
    for tint in (*style.frame_panels, style.frame_panels[-1]):
        painter = QPainter(panel)
        painter.fillRect(panel.rect(), tint)
        painter.end()
        background = panel.pixelColor(0, 0).name()
        for text in (style.block_text, style.dim, style.ink):
            assert contrast(text.name(), background) >= 4.5, (text.name(), background)
    assert contrast(style.block_text.name(), style.card.name()) >= 4.5


@pytest.mark.parametrize("shade", THEMES)
def test_every_word_of_the_source_can_be_read_on_marked_lines_too(shade):
    colors = word_colors(shade)
    assert len({color.name() for color in colors.values()}) == len(colors)
    for color in (*(color.name() for color in colors.values()), shade.text):
        for ground in (shade.card, mark_color(shade).name()):
            assert contrast(color, ground) >= 4.5, (color, ground)


def test_contrast_and_readable_agree_with_the_formula():
    for one, other in (("#ff0000", "#ffffff"), ("#777777", "#ffffff"), ("#645cfa", "#2b3038")):
        assert theme.contrast(QColor(one), QColor(other)) == pytest.approx(contrast(one, other), abs=1e-3)
    assert theme.readable("#000000", "#000000", ("#ffffff",)).name() == "#000000"
    assert theme.readable("#ffffff", "#000000", ("#ffffff",)).lightness() < 128


@pytest.mark.parametrize(
    ("system", "points", "growth"),
    [("linux", 9, 1), ("linux", 11, 1), ("linux", 16.5, 1.5), ("win32", 9, 1), ("win32", 13.5, 1.5),
     ("darwin", 9.75, 1), ("darwin", 14.625, 1.5), ("linux", 90, 2), ("linux", 4, 0.85)],
)  # fmt: skip
def test_text_grows_with_that_of_the_system(qapp, monkeypatch, system, points, growth):
    """A Mac counts 72 points to the inch; the screen of the test has 96, so 13 points there are 9.75 here."""
    monkeypatch.setattr(theme, "sys", SimpleNamespace(platform=system))
    monkeypatch.setattr(theme.QFontDatabase, "systemFont", lambda kind: _of_points(points))
    theme.text_growth.cache_clear()
    try:
        assert theme.text_growth() == pytest.approx(growth)
        assert theme.font(theme.BODY).pixelSize() == round(theme.BODY * growth)
        assert theme.font(theme.BODY, grows=False).pixelSize() == theme.BODY
    finally:
        theme.text_growth.cache_clear()


def _of_points(points):
    font = QFont()
    font.setPointSizeF(points)
    return font
