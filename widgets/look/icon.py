"""Icons: small SVG files, painted in a colour of the palette, so that they suit light and dark themes."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from networks.blocks.base import Block
from networks.graph.saved_blocks import SavedBlock
from networks.layers.base import Layer

_GAP = 4
_FOLDER = Path(__file__).parent / "icons"


def icon(name: str, role: QPalette.ColorRole = QPalette.ColorRole.ButtonText) -> QIcon:
    """The icon `icons/NAME.svg` in the palette's colour for this role; it follows changes of the theme."""
    return QIcon(_Engine(name, role))


def icon_of(kind: Layer | Block | SavedBlock | type[Layer] | type[Block]) -> str:
    """The name of the icon of a layer or block: its own, or else that of its group."""
    own = "" if isinstance(kind, SavedBlock) else kind.icon
    return own or f"group-{kind.group.value.lower()}"


def paint_icon(painter: QPainter, name: str, rect: QRectF, color: QColor) -> None:
    """Paints the icon `icons/NAME.svg` into `rect`."""
    _renderer(name, color.name()).render(painter, rect)


@lru_cache(maxsize=1024)
def _renderer(name: str, color: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", color).encode()))


@cache
def _drawing(name: str) -> str:
    """The text of a file: a change of theme asks for half of them anew, in one painting."""
    return (_FOLDER / f"{name}.svg").read_text(encoding="utf-8")


def put_beside_words(button: QAbstractButton, size: int = 16, *, worded: bool = True) -> None:
    """Gives a button's icon its size, and room to the words beside it, of which Qt leaves little."""
    button.setIconSize(QSize(size + (_GAP if worded else 0), size))


class _Engine(QIconEngine):
    def __init__(self, name: str, role: QPalette.ColorRole) -> None:
        super().__init__()
        self._name, self._role = name, role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        group = QPalette.ColorGroup.Disabled if mode == QIcon.Mode.Disabled else QPalette.ColorGroup.Active
        side = min(rect.width(), rect.height())
        # what is wider leaves a gap to the words behind it
        square = QRectF(rect.left(), rect.top() + (rect.height() - side) / 2, side, side)
        paint_icon(painter, self._name, square, QGuiApplication.palette().color(group, self._role))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        if size.isEmpty():
            # of a button that has no room yet
            return QPixmap()
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._role)
