"""Colours, typefaces and sizes by name, for the light and the dark theme; all of them are defined here."""

from __future__ import annotations

import sys
from functools import cache, lru_cache
from typing import Literal

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from networks.layers.base import Group
from widgets.look.restyling import restyle

Mode = Literal["system", "light", "dark"]

SPACE = 8
"""Margins and gaps are multiples or halves of this, in device-independent pixels."""
MARGIN = 16
"""At the sides of panels."""
TAB, TAB_GAP, TIGHT_TAB = 8, 6, 4
"""At both sides of the word on a tab, and between tabs; where the tabs lack room, both are the last."""
_BESIDE = f"padding-left: {TIGHT_TAB}px; padding-right: {TIGHT_TAB}px; margin-left: {TIGHT_TAB}px;"
TIGHT_TABS = f"QTabBar::tab {{ {_BESIDE} }}"
"""The style sheet of a bar whose tabs lack room."""
RADIUS = 6
"""Of fields; buttons and cards have one more."""
READABLE = 4.5
"""The contrast that small text needs (WCAG 2.1, 1.4.3)."""
FAMILIES = ["Inter", "SF Pro Text", "Segoe UI", "Noto Sans", "Ubuntu", "DejaVu Sans"]
MONO_FAMILIES = [
    "JetBrains Mono",
    "SF Mono",
    "Cascadia Mono",
    "DejaVu Sans Mono",
    "Noto Sans Mono",
    "Menlo",
    "Consolas",
]
PRINTED_FAMILIES = ["Arial", "Helvetica", "Liberation Sans", "Nimbus Sans", "Arimo"]
"""For files shown on other computers: nearly every one has one of these, and all have the same widths."""
SMALL, DENSE, BODY, LARGE, HUGE = 11, 12, 13, 15, 21
"""Font sizes in device-independent pixels: captions, dense rows, words, headings, the few large figures.

For a system whose own text has its usual size; `font` and `grown` follow the user who has set another.
"""
_USUAL_POINTS = {"win32": (9.0, 9.0), "darwin": (13.0, 13.0)}
"""The system's own text as systems come, in points; Linux desktops come with 9 to 11."""
_USUAL_DPI = {"darwin": 72.0}
LEAST_GROWTH, MOST_GROWTH = 0.85, 2.0


class Colors(msgspec.Struct, frozen=True):
    """One theme: what is painted with which colour, as `#rrggbb`."""

    dark: bool
    window: str
    panel: str
    card: str
    card_hover: str
    border: str
    border_strong: str
    text: str
    text_dim: str
    accent: str
    on_accent: str
    error: str
    error_panel: str
    warning: str
    warning_panel: str
    success: str
    grid: str
    band: str
    dots: str
    sunken: str
    """The ground of fields, tracks and quiet boxes."""
    hair: str
    """Lines inside a panel; between panels they are `border`."""
    faint: str
    """Placeholders, and the words of what is disabled."""
    accent_text: str
    """Links and words in the accent's colour."""
    accent_soft: str
    """The ground of what is current."""
    warn_mark: str
    """Glyphs and frames of advice; its words are `warning`."""
    ok_soft: str
    """The ground of “fits”."""
    back: str
    """Everything that flows backwards."""
    back_soft: str
    neg: str
    """Bars below zero."""
    pos: str
    """Bars above zero."""
    neg_text: str
    pos_text: str
    runs: tuple[str, ...]
    """One colour per run on the curves; neighbours differ for colour-blind people, too."""
    run_texts: tuple[str, ...]
    """The colours of words and numbers that belong to a run, in the order of `runs`."""
    groups: tuple[str, ...]
    """One colour per `Group`, in its order."""

    def group(self, group: Group) -> QColor:
        """The colour of a layer group."""
        return QColor(self.groups[list(Group).index(group)])


# Layer groups: every pair is at least 15 apart (CIE76) for normal vision and for simulated protanopia,
# deuteranopia and, times 1.3, tritanopia (Machado, Oliveira and Fernandes 2009); test_theme.py
LIGHT = Colors(
    dark=False,
    window="#f4f6fa",
    panel="#ffffff",
    card="#ffffff",
    card_hover="#eef2f8",
    border="#d9dee6",
    border_strong="#8b95a5",
    text="#1a1f29",
    text_dim="#596271",
    accent="#2f6fdb",
    on_accent="#ffffff",
    error="#c62828",
    error_panel="#fdecec",
    warning="#8a5800",
    warning_panel="#fff5df",
    success="#1b7d36",
    grid="#e8ecf2",
    band="#f6f8fb",
    dots="#dfe5ed",
    sunken="#f2f5f9",
    hair="#e9edf3",
    faint="#626b79",
    accent_text="#2560c6",
    accent_soft="#e7effc",
    warn_mark="#d98a00",
    ok_soft="#e6f4ea",
    back="#9333a8",
    back_soft="#f6e9f9",
    neg="#2f6fdb",
    pos="#d06a00",
    neg_text="#2560c6",
    pos_text="#9a5200",
    runs=("#2f6fdb", "#d97a06", "#2b8a5a", "#a13fb8", "#c2323f", "#5b6b80"),
    run_texts=("#2560c6", "#9a5200", "#1f6f47", "#8a2fa0", "#b02a36", "#4f5e72"),
    groups=(
        "#64748b", "#205fc8", "#20b69b", "#bf6a00", "#a858fb", "#339e47", "#92a0ba", "#c4a401", "#ca0069",
        "#4338ca",
    ),
)  # fmt: skip

DARK = Colors(
    dark=True,
    window="#15181d",
    panel="#1e2228",
    card="#262b33",
    card_hover="#2c323b",
    border="#363d48",
    border_strong="#76818f",
    text="#e9edf3",
    text_dim="#a6afbc",
    accent="#3874d8",
    on_accent="#ffffff",
    error="#ff7b72",
    error_panel="#3d2426",
    warning="#f0b954",
    warning_panel="#362c17",
    success="#5cc97e",
    grid="#2a303a",
    band="#23282f",
    dots="#262c35",
    sunken="#181b21",
    hair="#2a2f38",
    faint="#929cab",
    accent_text="#7fb0ff",
    accent_soft="#1f304d",
    warn_mark="#f0b040",
    ok_soft="#1d3526",
    back="#d58af0",
    back_soft="#38243f",
    neg="#5b9dff",
    pos="#f5993a",
    neg_text="#7fb0ff",
    pos_text="#f5ae57",
    runs=("#5b98ff", "#f09a2f", "#4fc28a", "#cf7ee6", "#ff7b80", "#9fb0c6"),
    run_texts=("#7fb0ff", "#f5ae57", "#6fd3a1", "#dc9cf0", "#ff9599", "#b4c2d4"),
    groups=(
        "#93a3bb", "#3a83f5", "#2fbb97", "#f49f0b", "#be98ff", "#4ae07e", "#6b7b95", "#ffdd48", "#e42766",
        "#645cfa",
    ),
)  # fmt: skip


def colors(widget: QWidget | None = None) -> Colors:
    """The colours of this widget's theme, or the application's. Ask again after a PaletteChange."""
    palette = widget.palette() if widget is not None else QGuiApplication.palette()
    return DARK if palette.color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def mixed(color: QColor, other: QColor, share: float) -> QColor:
    """A colour on the way from one to another: the first at share 0, the `other` at share 1; opaque."""

    def between(own: int, theirs: int) -> int:
        return round(own + share * (theirs - own))

    return QColor(
        between(color.red(), other.red()),
        between(color.green(), other.green()),
        between(color.blue(), other.blue()),
    )


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of WCAG 2, 1 to 21."""
    dark, light = sorted(_luminance(color) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF())


@lru_cache(maxsize=256)
def readable(color: str, text: str, grounds: tuple[str, ...]) -> QColor:
    """The colour, mixed with just enough of the text's colour to be readable on these backgrounds."""
    steps = (mixed(QColor(color), QColor(text), step / 20) for step in range(20))
    found = (one for one in steps if min(contrast(one, QColor(on)) for on in grounds) >= READABLE)
    return next(found, QColor(text))


def apply_theme(app: QApplication, mode: Mode, *, soon: bool = False) -> None:
    """Gives the whole application the light or the dark theme, or the system's.

    With `soon`, what is in sight changes as a whole a few frames later; everything can be used meanwhile.
    """
    # style and typeface are the same in every theme, and each costs another round through all widgets
    if not app.styleSheet():
        app.setStyle("Fusion")
    if app.font() != (typeface := font(BODY)):
        app.setFont(typeface)
    scheme = app.styleHints().colorScheme()
    dark = mode == "dark" or (mode == "system" and scheme == Qt.ColorScheme.Dark)
    theme = DARK if dark else LIGHT
    sheet = _style_sheet(theme)
    if sheet != app.styleSheet():
        restyle(app, _palette(theme), sheet, soon=soon)
    else:
        app.setPalette(_palette(theme))


@cache
def text_growth() -> float:
    """How much larger than usual the user has set the text of the system: 1.5 for text at 150 %.

    It is asked once, when the window is made; text of another size comes with the next start.
    """
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    screen = QGuiApplication.primaryScreen()
    density = screen.logicalDotsPerInch() / _USUAL_DPI.get(sys.platform, 96.0) if screen is not None else 1.0
    least, most = _USUAL_POINTS.get(sys.platform, (9.0, 11.0))
    points = system.pointSizeF()
    if points <= 0:  # set in pixels, which no density changes
        points, density = system.pixelSize() * 72 / _USUAL_DPI.get(sys.platform, 96.0), 1.0
    growth = density * points / min(max(points, least), most)
    return min(max(growth, LEAST_GROWTH), MOST_GROWTH)


def grown(length: float) -> int:
    """A length in pixels that holds words, such as the height of a row, for text of the user's size."""
    return round(length * text_growth())


def font(size: int = BODY, *, bold: bool = False, mono: bool = False, grows: bool = True) -> QFont:
    """A font. Figures that change or stand below each other are `mono`.

    Its size follows that of the system's text, unless what is painted with it is enlarged as a whole.
    """
    result = QFont()
    if wanted := _present(mono):
        result.setFamilies(wanted)
    if mono:
        result.setStyleHint(QFont.StyleHint.Monospace)
    result.setPixelSize(grown(size) if grows else size)
    result.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return result


@cache
def _present(mono: bool) -> list[str]:
    """The typefaces that this computer has."""
    return [family for family in (MONO_FAMILIES if mono else FAMILIES) if family in _installed()]


@cache
def _installed() -> frozenset[str]:
    """Cached, since listing them takes as long as all the rest."""
    return frozenset(QFontDatabase.families())


def _palette(theme: Colors) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, color in (
        (role.Window, theme.panel),
        (role.WindowText, theme.text),
        # lists, tables and code are part of their panel; fields have a ground of their own
        (role.Base, theme.panel),
        (role.AlternateBase, theme.window),
        (role.ToolTipBase, theme.card),
        (role.ToolTipText, theme.text),
        (role.Text, theme.text),
        (role.PlaceholderText, theme.faint),
        (role.Button, theme.card),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.error),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.Link, theme.accent_text),
        (role.Accent, theme.accent),
        (role.Light, theme.card_hover),
        (role.Midlight, theme.border),
        (role.Mid, theme.border),
        (role.Dark, theme.border_strong),
        (role.Shadow, theme.window),
    ):
        palette.setColor(which, QColor(color))
    faint = QColor(theme.text_dim)
    faint.setAlpha(130)
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, faint)
    return palette


def _style_sheet(theme: Colors) -> str:
    return f"""
QToolTip {{ background: {theme.card}; color: {theme.text}; border: 1px solid {theme.border}; padding: 5px; }}
QPushButton, QToolButton[outlined="true"] {{
    background: {theme.card}; border: 1px solid {theme.border};
    border-radius: {RADIUS + 1}px; padding: 5px 12px; }}
QPushButton:hover, QToolButton[outlined="true"]:hover {{
    background: {theme.card_hover}; border-color: {theme.border_strong}; }}
QToolButton:focus {{ border: 1px solid {theme.accent}; border-radius: {RADIUS}px; }}
QPushButton:focus, QToolButton[outlined="true"]:focus {{ border-color: {theme.accent}; }}
QToolButton[outlined="true"]:checked {{
    background: {theme.accent_soft}; color: {theme.accent_text}; border-color: {theme.accent}; }}
QPushButton:disabled {{ background: transparent; }}
QPushButton[primary="true"] {{
    background: {theme.accent}; color: {theme.on_accent}; border-color: {theme.accent}; font-weight: 600; }}
QPushButton[primary="true"]:hover, QPushButton[primary="true"]:focus {{ border-color: {theme.text}; }}
QPushButton[primary="true"]:disabled {{
    background: {theme.border}; color: {theme.text_dim}; border-color: {theme.border}; }}
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox {{
    background: {theme.card if theme.dark else theme.sunken}; border: 1px solid {theme.border};
    border-radius: {RADIUS}px; padding: 3px 7px; min-height: {grown(20)}px;
    selection-background-color: {theme.accent}; selection-color: {theme.on_accent}; }}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {{ border-color: {theme.accent}; }}
QLineEdit[wrong="true"], QSpinBox[wrong="true"] {{ border-color: {theme.error}; }}
QComboBox::drop-down {{ border: none; width: 18px; }}
QAbstractItemView {{ outline: none; }}
HeadingList {{ border: 1px solid transparent; border-radius: {RADIUS}px; }}
HeadingList:focus {{ border-color: {theme.accent}; }}
QScrollArea, QScrollArea > QWidget > QWidget, #strip_cards {{ background: transparent; border: none; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{
    background: {theme.border}; border-radius: 4px; margin: 1px; min-height: 24px; min-width: 24px; }}
QScrollBar::handle:hover {{ background: {theme.border_strong}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QProgressBar {{
    background: {theme.hair}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {theme.accent}; border-radius: 3px; }}
QSlider::groove:horizontal {{ background: {theme.hair}; height: 4px; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {theme.accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{
    background: {theme.card}; border: 1px solid {theme.border_strong}; border-radius: 7px; width: 12px;
    margin: -5px 0; }}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{ border-color: {theme.accent}; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QMenu {{ background: {theme.panel}; border: 1px solid {theme.border}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 12px; border-radius: {RADIUS - 1}px; }}
QMenu::item:selected {{ background: {theme.accent}; color: {theme.on_accent}; }}
QMenu::item:disabled {{ color: {theme.text_dim}; }}
QMenu::separator {{ height: 1px; background: {theme.border}; margin: 4px 8px; }}
QToolButton[bare="true"] {{
    background: transparent; border: 1px solid transparent; border-radius: {RADIUS}px; padding: 6px; }}
QToolButton[bare="true"]:hover {{ background: {theme.card_hover}; }}
QToolButton[bare="true"]:checked {{ background: {theme.card_hover}; }}
QToolButton[bare="true"]:focus {{ border-color: {theme.accent}; }}
QToolButton[listed="true"] {{ padding: 6px 2px; }}
QToolButton[leads="true"] {{ color: {theme.accent_text}; padding: 1px 0; }}
QToolButton[bare="true"]::menu-indicator, QToolButton[outlined="true"]::menu-indicator {{
    image: none; width: 0; }}
QMenuBar {{ background: transparent; padding: 0; }}
QMenuBar::item {{
    padding: 5px 8px; background: transparent; color: {theme.text_dim}; border-radius: {RADIUS - 1}px; }}
QMenuBar::item:selected {{ background: {theme.card_hover}; color: {theme.text}; }}
QFrame#bar_line {{ background: {theme.border}; border: none; }}
QSplitter::handle {{ background: {theme.border}; }}
QSplitter::handle:hover {{ background: {theme.accent}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {theme.hair}; }}
QTabBar::tab {{
    background: transparent; color: {theme.text_dim};
    padding: 10px {TAB}px 9px {TAB}px; margin-left: {TAB_GAP}px;
    border: none; border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {theme.text}; border-bottom-color: {theme.accent}; font-weight: 600; }}
QTabBar::tab:hover {{ color: {theme.text}; }}
QTabBar::tab:selected:focus {{ background: {theme.card_hover}; color: {theme.accent}; }}
QTabBar {{ qproperty-drawBase: 0; }}
QLabel[role="heading"] {{ font-weight: 600; font-size: {grown(BODY)}px; }}
QLabel[role="section"] {{ font-weight: 600; font-size: {grown(SMALL)}px; color: {theme.text_dim}; }}
QLabel[role="label"] {{ color: {theme.text_dim}; }}
QLabel[role="cell"] {{ color: {theme.text_dim}; font-size: {grown(DENSE)}px; }}
QLabel[role="dim"] {{ color: {theme.text_dim}; font-size: {grown(SMALL)}px; }}
QLabel[role="error"] {{ color: {theme.error}; }}
QStatusBar {{
    background: {theme.panel}; border-top: 1px solid {theme.border}; color: {theme.text_dim};
    font-size: {grown(SMALL)}px; min-height: {grown(25)}px; }}
QStatusBar::item {{ border: none; }}
"""
