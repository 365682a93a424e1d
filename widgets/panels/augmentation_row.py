"""One step of the augmentation: a handle, its name, its parameters, and a button that removes it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QToolButton, QWidget

from networks.core.fields import Field, fields_of
from networks.recipes.augmentation.base import Augmentation
from widgets.forms.editors import Editor, editor_for
from widgets.forms.field_offers import Offer, offers_of, open_menu
from widgets.forms.field_title import FieldTitle
from widgets.forms.field_words import hover_help
from widgets.forms.rows import dim, refusal
from widgets.look import theme
from widgets.look.icon import icon, paint_icon
from widgets.look.translation import declared, said

FIELD_WIDTH = 62
"""Of each parameter, in device-independent pixels at the usual size of text."""


class AugmentationRow(QWidget):
    """Shows a step and asks for another value, another place or its removal."""

    edited = Signal(str, object)
    """A parameter's name, and its new value."""
    removed = Signal()
    dragged = Signal(QPointF)
    """The handle is being dragged to this place, in this row's coordinates."""
    dropped = Signal()
    stepped = Signal(int)
    """The handle was moved by a key: -1 is up, 1 is down."""

    def __init__(self, kind: type[Augmentation], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        name = declared(kind.name())
        self.handle = Handle(self.tr("Move {step}").format(step=name))
        self.handle.dragged.connect(self._drag)
        self.handle.dropped.connect(self.dropped)
        self.handle.stepped.connect(self.stepped)
        self._step: Augmentation | None = None
        self._title = FieldTitle(name)
        self._title.setToolTip(declared(kind.help()))
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._amount = dim()
        self._amount.setWordWrap(False)
        self._amount.setFont(theme.font(theme.SMALL))
        self._amount.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._refusal = refusal()
        self._refusal.hide()
        self.remove_button = QToolButton()
        self.remove_button.setIcon(icon("close"))
        self.remove_button.setAutoRaise(True)
        self.remove_button.setToolTip(self.tr("Remove this step"))
        self.remove_button.setAccessibleName(self.tr("Remove {step}").format(step=name))
        self.remove_button.clicked.connect(self.removed)
        self._editors = {field.name: self._editor(field.name) for field in fields_of(kind)}
        # strength and probability have no titles of their own in the row
        self._offer(self._title, *self._editors)
        self._lay_out()

    def editor(self, name: str) -> Editor:
        """The editor of one parameter."""
        return self._editors[name]

    def show_step(self, step: Augmentation, *, idle: bool) -> None:
        """Shows the parameters; `idle` says that images without colours stay as they are."""
        self._step = step
        for name, editor in self._editors.items():
            editor.show_values([getattr(step, name)])
        self._amount.setText(self.tr("no effect on grey") if idle else said(step.amount()))

    def _editor(self, name: str) -> Editor:
        (field,) = fields_of(self.kind, (name,))
        editor = editor_for(field)
        editor.edited.connect(partial(self.edited.emit, name))
        editor.refused.connect(self._refuse)
        editor.setToolTip(hover_help(field))
        words = self.tr("{step}: {field}").format(
            step=declared(self.kind.name()), field=declared(field.title)
        )
        for control in editor.controls():
            control.setAccessibleName(words)
        return editor

    def _lay_out(self) -> None:
        """Strength and probability on the first line, further parameters below with their titles."""
        names = [name for name in self._editors if name != "probability"]
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(5)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.handle, 0, 0, 2, 1)
        grid.addWidget(self._title, 0, 1)
        grid.addWidget(self._amount, 1, 1)
        for column, name in ((2, names[0] if names else ""), (3, "probability")):
            grid.setColumnMinimumWidth(column, theme.grown(FIELD_WIDTH))
            if name:
                self._editors[name].setFixedWidth(theme.grown(FIELD_WIDTH))
                grid.addWidget(self._editors[name], 0, column, 2, 1)
        grid.addWidget(self.remove_button, 0, 4, 2, 1)
        row = 2
        for row, name in enumerate(names[1:], 2):
            (field,) = fields_of(self.kind, (name,))
            self._editors[name].setFixedWidth(theme.grown(FIELD_WIDTH))
            grid.addWidget(self._parameter_title(field), row, 1)
            grid.addWidget(self._editors[name], row, 2)
        grid.addWidget(self._refusal, row + 1, 1, 1, 4)

    def _parameter_title(self, field: Field) -> FieldTitle:
        title = FieldTitle(declared(field.title))
        title.setProperty("role", "dim")
        title.setWordWrap(True)
        self._offer(title, field.name)
        return title

    def _offer(self, title: FieldTitle, *names: str) -> None:
        """Has a click on a title open the menu of what is offered for these parameters."""
        title.offered = lambda: bool(self._offers(names))
        title.clicked.connect(lambda place: open_menu(title, self._offers(names), place))

    def _offers(self, names: tuple[str, ...]) -> tuple[Offer, ...]:
        if self._step is None:
            return ()
        offers = [(name, offer) for name in names for offer in offers_of(self, (self._step,), name)]
        if len(names) == 1:
            return tuple(offer for _, offer in offers)
        titles = {field.name: declared(field.title) for field in fields_of(self.kind)}
        words = self.tr("{field}: {offer}")
        return tuple(
            Offer(words.format(field=titles[name], offer=offer.words), offer.do) for name, offer in offers
        )

    def _refuse(self, sentence: str) -> None:
        self._refusal.setText(sentence)
        self._refusal.setVisible(bool(sentence))

    def _drag(self, place: QPointF) -> None:
        self.dragged.emit(QPointF(self.handle.mapTo(self, place)))


class Handle(QAbstractButton):
    """Six dots to drag a row by; the up and down keys move it, too."""

    dragged = Signal(QPointF)
    dropped = Signal()
    stepped = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(self.tr("Drag to another place in the order, or press the up and down keys"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.grown(16), theme.grown(28))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.dragged.emit(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        super().mouseReleaseEvent(event)
        self.dropped.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QColor(shade.accent))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        place = QRectF(0, 0, 14, 14)
        place.moveCenter(QRectF(self.rect()).center())
        paint_icon(painter, "grip", place, QColor(shade.text_dim))
        painter.end()
