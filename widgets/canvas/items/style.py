"""Pens, brushes and typefaces of the canvas, made once from the theme and shared by all cards and wires."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from math import ceil
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from networks.layers.base import Group
from widgets.look import theme
from widgets.look.icon import paint_icon

BLOCKS_BELOW = 0.35
"""Zoom below which cards are blocks of colour without words."""
MOST_PICTURES = 256
TEXT_SHARE = 0.4
"""Share of the text's colour in words of the blocks' colour, which alone would be too dim on dark."""
NO_PEN = QPen(Qt.PenStyle.NoPen)
_TINTS = {False: (16, 7, 4, 2, 1), True: (28, 14, 8, 4, 2)}
"""How strongly frames are tinted in light and dark themes, outermost first; tints of nested frames add up."""
Border = Literal["plain", "hover", "idle", "selected", "wrong", "wrong_selected", "unwise", "unwise_selected"]


class Style:
    """Shared by all items of a scene: call `refresh` after a PaletteChange, and they all see the new colours.

    With `vectors` it is for a picture on white paper: nothing is cached as pixels, lines scale with the
    picture, the colours are those of the light theme whatever the window shows, and the typeface is one that
    other computers have, too.
    """

    def __init__(self, *, vectors: bool = False) -> None:
        self.vectors = vectors
        self._elided: dict[tuple[str, float], str] = {}
        self.revision = 0
        """Another number for other colours."""
        self._icons: dict[tuple[str, str, int, float], QPixmap] = {}
        self._pictures: dict[tuple[Hashable, float, float], QPixmap] = {}
        self.large = self._font(theme.LARGE, bold=True)
        self.title = self._font(theme.BODY, bold=True)
        self.text = self._font(theme.BODY - 1)
        self.small = self._font(theme.BODY - 1)
        self.mono = self._font(theme.SMALL - 1, mono=True)
        self.title_metrics = QFontMetricsF(self.title)
        self.text_metrics = QFontMetricsF(self.text)
        self.small_metrics = QFontMetricsF(self.small)
        self.mono_metrics = QFontMetricsF(self.mono)
        self.refresh(None)

    def _font(self, size: int, *, bold: bool = False, mono: bool = False) -> QFont:
        font = theme.font(size, bold=bold, mono=mono, grows=False)
        if self.vectors:
            font.setFamilies(theme.PRINTED_FAMILIES)
        # hinted letters would jump from place to place while zooming
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font

    def refresh(self, widget: QWidget | None) -> None:
        """Takes the colours of the widget's theme and the pixel ratio of its screen."""
        self.revision += 1
        self.ratio = widget.devicePixelRatioF() if widget is not None else 1.0
        colors = theme.LIGHT if self.vectors else theme.colors(widget)
        self._take_colors(colors)
        self._take_pens(colors)
        self._icons.clear()
        self._pictures.clear()

    def elided_name(self, name: str, width: float) -> str:
        """The name of a class, in the smallest letters; shortened where it is wider than this."""
        if (name, width) not in self._elided:
            if len(self._elided) > MOST_PICTURES:
                self._elided.clear()
            short = self.mono_metrics.elidedText(name, Qt.TextElideMode.ElideRight, width)
            self._elided[name, width] = short
        return self._elided[name, width]

    def _take_colors(self, colors: theme.Colors) -> None:
        self.colors = colors
        self.window, self.dots = QColor(colors.window), QColor(colors.dots)
        self.card, self.card_hover = QColor(colors.card), QColor(colors.card_hover)
        self.ink, self.dim = QColor(colors.text), QColor(colors.text_dim)
        self.accent, self.error = QColor(colors.accent), QColor(colors.error)
        self.error_panel = QColor(colors.error_panel)
        self.warning, self.warning_panel = QColor(colors.warn_mark), QColor(colors.warning_panel)
        self.idle_text = QColor(colors.text_dim)
        self.groups = {group: colors.group(group) for group in Group}
        self.faint_groups = {group: _see_through(color, 110) for group, color in self.groups.items()}
        self.shadow = QColor(0, 0, 0, 60 if colors.dark else 14)
        self.block_text = theme.mixed(self.groups[Group.BLOCKS], self.ink, TEXT_SHARE if colors.dark else 0.0)
        self.frame_panels = [_see_through(self.groups[Group.BLOCKS], alpha) for alpha in _TINTS[colors.dark]]
        self.band = _see_through(QColor(colors.accent), 110)
        self.lit_panel = _see_through(QColor(colors.accent), 28)

    def _take_pens(self, colors: theme.Colors) -> None:
        self.borders: dict[Border, QPen] = {
            "plain": self._pen(colors.border, 1),
            "hover": self._pen(colors.border_strong, 1),
            "idle": self._pen(colors.border_strong, 1, Qt.PenStyle.DashLine),
            "selected": self._pen(colors.accent, 2),
            "wrong": self._pen(colors.error, 1.5),
            "wrong_selected": self._pen(colors.error, 3),
            "unwise": self._pen(colors.warn_mark, 1.5),
            "unwise_selected": self._pen(colors.warn_mark, 3),
        }
        self.frame = self._pen(colors.group(Group.BLOCKS).name(), 1, Qt.PenStyle.DashLine)
        self.port = self._pen(colors.accent, 2)
        self.wire = self._pen(colors.border_strong, 2)
        self.wire_idle = self._pen(colors.border_strong, 2, Qt.PenStyle.DashLine)
        self.wire_hover = self._pen(colors.text_dim, 3)
        self.wire_selected = self._pen(colors.accent, 3)
        self.wire_wrong = self._pen(colors.error, 2)
        self.wire_lit = self._pen(colors.accent, 4)
        self.block_wire = self._pen(colors.border_strong, 1)
        self.block_wire_wrong = self._pen(colors.error, 2)
        self.preview = self._pen(colors.accent, 2, Qt.PenStyle.DashLine)

    def _pen(self, color: str, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
        """A pen of the same width at every zoom. Qt counts that width in physical pixels."""
        pen = QPen(QColor(color), width * self.ratio, style)
        pen.setCosmetic(not self.vectors)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        return pen

    def paint_picture(
        self, painter: QPainter, key: Hashable, rect: QRectF, draw: Callable[[QPainter], None]
    ) -> None:
        """Paints what `draw` paints into `rect`; on a screen from a cached picture, on whole pixels."""
        if self.vectors:
            draw(painter)
            return
        scale, ratio = painter.worldTransform().m11(), painter.device().devicePixelRatioF()
        self.put_picture(painter, self._picture(key, scale, ratio, rect, draw), rect)

    def put_picture(
        self, painter: QPainter, picture: QPixmap | QImage, rect: QRectF, part: QRectF | None = None
    ) -> None:
        """Paints what `make_picture` made of `rect`, or that `part` of an image, on whole pixels."""
        to_device, ratio = painter.worldTransform(), painter.device().devicePixelRatioF()
        corner = to_device.map(rect.topLeft()) * ratio
        place = QPointF(round(corner.x()) / ratio, round(corner.y()) / ratio)
        painter.resetTransform()
        if isinstance(picture, QPixmap):
            painter.drawPixmap(place, picture)
        else:
            painter.drawImage(place, picture, QRectF(picture.rect()) if part is None else part)
        painter.setWorldTransform(to_device)

    def make_picture(
        self, scale: float, ratio: float, rect: QRectF, draw: Callable[[QPainter], None]
    ) -> QPixmap:
        """What `draw` paints into `rect` at this zoom and pixel ratio."""
        size = rect.size() * scale * ratio
        pixmap = QPixmap(ceil(size.width()) + 1, ceil(size.height()) + 1)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(scale, scale)
        painter.translate(-rect.topLeft())
        draw(painter)
        painter.end()
        return pixmap

    def _picture(
        self, key: Hashable, scale: float, ratio: float, rect: QRectF, draw: Callable[[QPainter], None]
    ) -> QPixmap:
        """What `draw` paints into `rect` at this zoom and pixel ratio, cached."""
        whole = (key, round(scale, 4), ratio)
        pixmap = self._pictures.get(whole)
        if pixmap is None:
            if len(self._pictures) > MOST_PICTURES:  # every zoom has pictures of its own
                self._pictures.clear()
            pixmap = self.make_picture(scale, ratio, rect, draw)
            self._pictures[whole] = pixmap
        return pixmap

    def paint_icon(self, painter: QPainter, name: str, rect: QRectF, color: QColor) -> None:
        """Paints an icon; on a screen from a picture cached for the size that it is shown at."""
        if self.vectors:
            paint_icon(painter, name, rect, color)
            return
        to_device, ratio = painter.worldTransform(), painter.device().devicePixelRatioF()
        pixels = max(1, round(rect.width() * to_device.m11() * ratio))
        key = (name, color.name(), pixels, ratio)
        pixmap = self._icons.get(key)
        if pixmap is None:
            if len(self._icons) > MOST_PICTURES:  # every zoom has sizes of its own
                self._icons.clear()
            pixmap = QPixmap(pixels, pixels)
            pixmap.fill(Qt.GlobalColor.transparent)
            own = QPainter(pixmap)
            own.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_icon(own, name, QRectF(0, 0, pixels, pixels), color)
            own.end()
            pixmap.setDevicePixelRatio(ratio)
            self._icons[key] = pixmap
        # off the pixel grid its thin lines would blur
        corner = to_device.map(rect.topLeft()) * ratio
        painter.resetTransform()
        painter.drawPixmap(QPointF(round(corner.x()) / ratio, round(corner.y()) / ratio), pixmap)
        painter.setWorldTransform(to_device)


def _see_through(color: QColor, alpha: int) -> QColor:
    faint = QColor(color)
    faint.setAlpha(alpha)
    return faint
