"""The network as a narrow list of small cards, where another room needs the width of the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from networks.graph.presentation import Folding
from networks.layers.base import Group
from widgets.canvas.items.content import CardContent, contents, spoken
from widgets.look import theme
from widgets.look.icon import paint_icon

WIDTH = 150
_PALE = 0.4
"""Of cards that do not matter for what is shown."""
_CARD, _GAP, _CLOSE, _STRIPE, _ICON = 26, 10, 3, 3, 12
_NEAR = {Group.ACTIVATION, Group.NORMALIZATION, Group.REGULARIZATION}
"""Groups whose cards stand close to the card before them."""

_Index = QModelIndex | QPersistentModelIndex


class CanvasStrip(QWidget):
    """Shows every card in the order of the network, and lights those that are selected."""

    chosen = Signal(object)
    """Names of the cards that were chosen by a click or by keys, in the order of the network."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folding: Folding | None = None
        self._selection: tuple[str, ...] = ()
        self.lit: frozenset[str] | None = None
        """The layers whose cards stand out; None where all are alike."""
        self._stale = True
        self.cards = QListView()
        self.cards.setObjectName("strip_cards")
        self.cards.setAccessibleName(self.tr("Layers of the network"))
        self.cards.setFrameShape(QFrame.Shape.NoFrame)
        self.cards.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.cards.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.cards.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.cards.setMouseTracking(True)
        self.setFocusProxy(self.cards)
        self.cards.setItemDelegate(_Delegate(self))
        self._model = _Cards(self)
        self.cards.setModel(self._model)
        self.cards.selectionModel().selectionChanged.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE, 0, 0, theme.SPACE)
        column.addWidget(self.cards, 1)

    def show_network(self, folding: Folding, selection: Sequence[str]) -> None:
        """Shows the cards of a network; nothing is made while they are out of sight."""
        changed = folding is not self._folding
        self._folding, self._selection = folding, tuple(selection)
        self._stale |= changed
        if self.isVisible():
            self._refresh()

    @Slot(object)
    def light(self, layers: frozenset[str] | None) -> None:
        """Lets the cards step back that show none of these layers; None lights all."""
        self.lit = layers
        self.cards.viewport().update()

    def is_lit(self, name: str) -> bool:
        """Whether a card shows one of the layers that matter now."""
        folding = self._folding
        return self.lit is None or folding is None or not self.lit.isdisjoint(folding.nodes((name,)))

    def names(self) -> tuple[str, ...]:
        """The cards, from the first to the last."""
        return tuple(self._model.names)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        folding = self._folding
        if folding is None:
            return
        model = self.cards.selectionModel()
        was_blocked = model.blockSignals(True)
        if self._stale:
            self._stale = False
            self._model.show_cards(folding)
        model.clear()
        rows = [row for row, name in enumerate(self._model.names) if name in self._selection]
        for row in rows:
            model.select(self._model.index(row), QItemSelectionModel.SelectionFlag.Select)
        if rows:
            model.setCurrentIndex(self._model.index(rows[-1]), QItemSelectionModel.SelectionFlag.NoUpdate)
            self.cards.scrollTo(self._model.index(rows[-1]))
        model.blockSignals(was_blocked)
        self.cards.viewport().update()

    @Slot()
    def _choose(self) -> None:
        rows = sorted(index.row() for index in self.cards.selectedIndexes())
        self._selection = tuple(self._model.names[row] for row in rows)
        self.chosen.emit(self._selection)


class _Cards(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.names: list[str] = []
        self._contents: dict[str, CardContent] = {}
        self._spoken: dict[str, str] = {}

    def show_cards(self, folding: Folding) -> None:
        self.beginResetModel()
        self.names = [node.name for node in folding.shown.nodes]
        self._contents = contents(folding.shown, folding.report, totals=False)
        self._spoken = {name: spoken(folding.report, name, self._contents[name]) for name in self.names}
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # as Qt declares it
        return 0 if parent.isValid() else len(self.names)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        name = self.names[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return self._contents[name]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._contents[name].title
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self._spoken[name]
        return None


class _Delegate(QStyledItemDelegate):
    def __init__(self, strip: CanvasStrip) -> None:
        super().__init__(strip)
        # the list itself has no ground, and so no theme
        self._strip = strip

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(WIDTH // 2, theme.grown(_CARD) + _gap(index))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        content = index.data(Qt.ItemDataRole.UserRole)
        assert isinstance(content, CardContent)
        whole: QRectF = QRectF(option.rect)
        state: QStyle.StateFlag = option.state
        shade = theme.colors(self._strip)
        gap = _gap(index)
        place = whole.adjusted(1, gap, -theme.SPACE, -1)
        painter.save()
        if not self._strip.is_lit(self._strip.names()[index.row()]):
            painter.setOpacity(_PALE)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.row() and gap > _CLOSE:
            painter.setPen(QPen(QColor(shade.border_strong), 1.5))
            middle = round(place.center().x()) + 0.5
            painter.drawLine(int(middle), int(whole.top()), int(middle), int(place.top()))
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        edge = shade.border
        if content.problem:
            edge = shade.warn_mark if content.unwise else shade.error
        elif selected:
            edge = shade.accent
        frame = QPainterPath()
        frame.addRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        ground = shade.accent_soft if selected else shade.card_hover if hovered else shade.card
        painter.fillPath(frame, QColor(ground))
        painter.save()
        painter.setClipPath(frame)
        painter.fillRect(
            QRectF(place.left(), place.top(), _STRIPE, place.height()), shade.group(content.group)
        )
        painter.restore()
        painter.setPen(QPen(QColor(edge), 1.5 if selected or content.problem else 1))
        painter.drawPath(frame)
        self._paint_words(painter, place, content, shade)
        painter.restore()

    def _paint_words(
        self, painter: QPainter, place: QRectF, content: CardContent, shade: theme.Colors
    ) -> None:
        symbol = QRectF(place.left() + 9, place.center().y() - _ICON / 2, _ICON, _ICON)
        paint_icon(painter, content.icon, symbol, shade.group(content.group))
        room = QRectF(symbol.right() + 6, place.top(), place.right() - symbol.right() - 12, place.height())
        painter.setFont(theme.font(theme.SMALL, bold=True))
        painter.setPen(QColor(shade.text_dim if content.idle else shade.text))
        metrics = painter.fontMetrics()
        words = metrics.elidedText(content.title, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), words)
        room.setLeft(room.left() + metrics.horizontalAdvance(words) + 6)
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(shade.text_dim))
        summary = content.summary.split(" · ")[0]
        if painter.fontMetrics().horizontalAdvance(summary) <= room.width():
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), summary)


def _gap(index: _Index) -> int:
    content = index.data(Qt.ItemDataRole.UserRole)
    if index.row() == 0:
        return 0
    return _CLOSE if isinstance(content, CardContent) and content.group in _NEAR else _GAP
