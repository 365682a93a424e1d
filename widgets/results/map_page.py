"""The map of the data: a layer's outputs of many pictures in the plane, and those that are chosen on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from networks.core.fields import fields_of
from networks.core.message import plural
from networks.xray.data_map import METHODS, PCA, DataMap, Form, Method
from widgets.controls.column import stacked
from widgets.controls.combo_box import ComboBox
from widgets.controls.scrolled import scrolled
from widgets.controls.segments import Segments
from widgets.controls.share import show_share
from widgets.forms.number_field import NumberField
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.look.plain import plain_hint
from widgets.look.translation import declared, said, thousands
from widgets.results import map_words
from widgets.results.chosen_grid import ChosenGrid
from widgets.results.class_marks import class_color, mark
from widgets.results.map_plot import MapPlot, Stored

_WIDE = 640
"""From this width on the chosen pictures stand beside the map."""
_LOWEST, _STACKED = 240, 720
"""Heights from which on it needs not scroll, with the pictures beside the map and below it."""
_FORMS: tuple[Form, ...] = ("averaged", "whole")


class LayerChoice(NamedTuple):
    """A layer whose outputs can be mapped."""

    name: str
    words: str
    maps: bool
    """Whether it gives maps, which may be averaged or taken whole."""


class MapPage(QWidget):
    """Shows one map at a time; asks for another layer, form or method by signals."""

    layer_chosen = Signal(str)
    form_chosen = Signal(str)
    method_chosen = Signal(object)
    """A `Method`, with its settings."""
    cancelled = Signal()
    picked = Signal(int)
    """The index in the data set of the picture that becomes the probe."""
    looked_into = Signal(int)
    """The same; it is to be seen inside the network at once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: DataMap | None = None
        self.names: tuple[str, ...] = ()
        self._stored: Stored = lambda row: None
        self._layers: Sequence[LayerChoice] = ()
        self._place: int | None = None
        self._wide: bool | None = None
        self._caption = ""
        self.plot, self.grid = MapPlot(), ChosenGrid()
        self._make_controls()
        self._make_words()
        self.plot.chosen.connect(self._show_chosen)
        self.plot.went.connect(self._show_one)
        self.grid.went.connect(self._show_on_map)
        self.grid.picked.connect(self._pick)
        self._arrange()
        self.show_progress(None)
        self._show_words()

    def _make_controls(self) -> None:
        self.layers, self.forms, self.classes = ComboBox(), ComboBox(), ComboBox()
        for box, name, tip in (
            (
                self.layers,
                self.tr("Layer"),
                self.tr("Whose outputs are compared; a card on the canvas, too."),
            ),
            (self.forms, self.tr("Of each map"), self.tr("What of a layer’s maps is compared.")),
            (self.classes, self.tr("Class"), self.tr("Shows one class in full, and chooses its pictures.")),
        ):
            box.setAccessibleName(name)
            box.setToolTip(tip)
        self.forms.addItems([self.tr("maps averaged"), self.tr("maps whole")])
        self.methods = Segments([kind.title for kind in METHODS])
        self.setting_words = QLabel()
        self.setting_words.setProperty("role", "dim")
        self._room = QHBoxLayout()
        self._room.setContentsMargins(0, 0, 0, 0)
        self._room.setSpacing(theme.SPACE)
        self._room.addWidget(self.setting_words)
        self._field: NumberField | None = None
        self._method: Method = PCA()
        self.layers.activated.connect(self._choose_layer)
        self.forms.activated.connect(lambda at: self.form_chosen.emit(_FORMS[at]))
        self.classes.activated.connect(self._choose_class)
        self.methods.chosen.connect(lambda at: self.method_chosen.emit(METHODS[at]()))

    def _make_words(self) -> None:
        self.about, self.foot, self.hint = dim(), dim(), dim()
        self.chosen_title = QLabel()
        self.chosen_title.setProperty("role", "heading")
        self.chosen_about, self.one, self.seen, self.next = dim(), dim(), dim(), dim()
        self.inside = QPushButton(self.tr("Look inside"))
        self.inside.setToolTip(
            self.tr("Follows the picture through the network: the cards show what each layer makes of it.")
        )
        self.inside.clicked.connect(self._look_inside)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Mapped so far"))
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self.cancelled)

    def _arrange(self) -> None:
        self._controls = QWidget()
        self._grid = QGridLayout(self._controls)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.SPACE)
        self._setting = QWidget()
        self._setting.setLayout(self._room)
        waiting = QHBoxLayout()
        waiting.addWidget(self.progress, 1)
        waiting.addWidget(self.cancel)
        side = QVBoxLayout()
        side.setSpacing(4)
        chosen = QHBoxLayout()
        chosen.addWidget(self.chosen_title, 1)
        chosen.addWidget(self.classes, 1)
        side.addLayout(chosen)
        side.addWidget(self.chosen_about)
        side.addWidget(self.grid, 1)
        side.addWidget(self.one)
        side.addWidget(self.inside, 0, Qt.AlignmentFlag.AlignLeft)
        side.addSpacing(theme.SPACE)
        self._seen_title = QLabel(self.tr("What is seen"))
        self._seen_title.setProperty("role", "section")
        for widget in (self._seen_title, self.seen, self.next):
            side.addWidget(widget)
        ground = QWidget()
        ground.setLayout(side)
        side.setContentsMargins(0, 0, 4, 0)
        # a scroll area's own child has no ground by which it could know the theme
        self._side = scrolled(stacked(ground))
        # what it would like to have does not make the page higher
        self._side.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        drawn = QVBoxLayout()
        drawn.setSpacing(4)
        drawn.addWidget(self.hint)
        drawn.addWidget(self.plot, 1)
        drawn.addWidget(self.foot)
        self._body = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._body.setSpacing(theme.MARGIN)
        self._body.addLayout(drawn, 3)
        self._body.addWidget(self._side, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MARGIN, theme.SPACE, theme.MARGIN, theme.SPACE)
        column.setSpacing(6)
        column.addWidget(self.about)
        column.addWidget(self._controls)
        column.addLayout(waiting)
        column.addLayout(self._body, 1)
        self._place_parts(wide=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_parts(wide=self.width() >= theme.grown(_WIDE))

    def _place_parts(self, *, wide: bool) -> None:
        if wide is self._wide:
            return
        self._wide = wide
        self._body.setDirection(
            QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        )
        # below each other, all of it needs more than a low window has: the page then scrolls; side by side
        # the map takes what there is, and the column beside it scrolls alone
        self.setMinimumHeight(theme.grown(_LOWEST if wide else _STACKED))
        widgets = (self.layers, self.forms, self.methods, self._setting)
        for widget in widgets:
            self._grid.removeWidget(widget)
        if wide:
            for column, (widget, share) in enumerate(zip(widgets, (1, 1, 0, 0), strict=True)):
                self._grid.addWidget(widget, 0, column)
                self._grid.setColumnStretch(column, share)
        else:
            self._grid.addWidget(self.layers, 0, 0)
            self._grid.addWidget(self.forms, 0, 1)
            self._grid.addWidget(self.methods, 1, 0, 1, 2)
            self._grid.addWidget(self._setting, 2, 0)
            for column in range(4):
                self._grid.setColumnStretch(column, 1 if column < 2 else 0)

    # what is shown

    def show_choice(self, layers: Sequence[LayerChoice], layer: str, form: Form, method: Method) -> None:
        """Shows which layers there are, and what is chosen."""
        if layers != self._layers:
            self._layers = layers
            self.layers.clear()
            self.layers.addItems([each.words for each in layers])
        at = next((at for at, each in enumerate(layers) if each.name == layer), -1)
        self.layers.setCurrentIndex(at)
        self.forms.setVisible(at >= 0 and layers[at].maps)
        self.forms.setCurrentIndex(_FORMS.index(form))
        self.methods.show_index(METHODS.index(type(method)))
        if type(method) is not type(self._method) or self._field is None:
            self._make_field(method)
        self._method = method
        if self._field is not None:
            name = fields_of(type(method))[0].name
            self._field.show_number(getattr(method, name))
        self._show_words()

    def _make_field(self, method: Method) -> None:
        if self._field is not None:
            self._room.removeWidget(self._field)
            self._field.deleteLater()
            self._field = None
        declared_fields = fields_of(type(method))
        self._setting.setVisible(bool(declared_fields))
        if declared_fields:
            (field,) = declared_fields
            title = declared(field.title)
            self.setting_words.setText(title)
            self._field = NumberField(field)
            self._field.setAccessibleName(title)
            self._field.setToolTip(declared(field.help))
            self._field.setMaximumWidth(theme.grown(70))
            self._field.edited.connect(self._set)
            self._room.addWidget(self._field)

    def show_map(
        self,
        found: DataMap | None,
        names: tuple[str, ...] = (),
        stored: Stored | None = None,
        caption: str = "",
    ) -> None:
        """Shows this map; `caption` says of which run, weights and pictures it is."""
        if names != self.names:
            self._name_classes(names)
        self.names, self._caption = names, caption
        self._stored = stored or (lambda row: None)
        self.shown = found
        self.plot.show_map(found, names, self._stored)
        self._show_words()

    def show_progress(self, share: float | None) -> None:
        """How far the map is; None where none is being made."""
        show_share(self.progress, self.cancel, share)

    def show_hint(self, words: str) -> None:
        """Says why there is no map, or that it is of earlier weights; empty where neither is so."""
        self.hint.setText(words)
        self.hint.setVisible(bool(words))

    def show_arrived(self) -> None:
        """Paints pictures that were still to be decoded when they were asked for."""
        self.plot.update()
        self.grid.viewport().update()

    def _name_classes(self, names: tuple[str, ...]) -> None:
        self.classes.clear()
        self.classes.addItem(self.tr("All classes"))
        shade = theme.colors(self)
        for label, name in enumerate(names):
            picture = QPixmap(16, 16)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillPath(mark(label, QPointF(8, 8), 4.5), class_color(label, shade))
            painter.end()
            self.classes.addItem(QIcon(picture), name)
        self.plot.isolate(None)

    def _show_words(self) -> None:
        found = self.shown
        self.classes.setEnabled(found is not None)
        self.about.setText(self._caption)
        self._seen_title.setVisible(found is not None)
        if found is None:
            for label in (self.foot, self.seen, self.next):
                label.setText("")
            self._show_chosen(np.zeros(0, np.int64))
            return
        method = found.method
        self.foot.setText(f"{declared(method.reads)} {declared(method.reads_not)}")
        self.foot.setToolTip(method.paper)
        self.about.setText(" · ".join(filter(None, (map_words.numbers_words(found), self._caption))))
        self.seen.setText(map_words.seen_words(found))
        details = map_words.seen_details(found)
        self.seen.setToolTip(plain_hint(details))
        self.seen.setAccessibleDescription(details)
        names = [each.name for each in self._layers]
        at = names.index(found.outputs.layer) if found.outputs.layer in names else 0
        self.next.setText(map_words.try_words(found, names[at // 2] if at else ""))

    @property
    def caption(self) -> str:
        """What the map is of, for a picture of it."""
        if self.shown is None:
            return ""
        return f"{self.shown.method.title} · {self.about.text()}"

    # choices

    @Slot(int)
    def _choose_layer(self, index: int) -> None:
        self.layer_chosen.emit(self._layers[index].name)

    @Slot(object)
    def _set(self, value: object) -> None:
        name = fields_of(type(self._method))[0].name
        self.method_chosen.emit(msgspec.structs.replace(self._method, **{name: value}))

    @Slot(int)
    def _choose_class(self, index: int) -> None:
        self.plot.isolate(index - 1 if index else None)
        if index and self.shown is not None:
            self.plot.choose(np.flatnonzero(self.shown.outputs.labels == index - 1))

    @Slot(object)
    def _show_chosen(self, places: NDArray[np.int64]) -> None:
        self.grid.show_chosen(self.shown, places, self.names, self._stored)
        counted = plural(
            "{shown} picture", "{shown} pictures", count=len(places), shown=thousands(len(places))
        )
        some = self.shown is not None and len(places) > 0
        self.chosen_title.setText(said(counted) if some else self.tr("Chosen pictures"))
        words = map_words.chosen_words(self.shown, places, self.names) if some and self.shown else ""
        self.chosen_about.setText(words)
        self.chosen_about.setVisible(bool(words))
        self._tell_one(int(self.grid.places[self.grid.current]) if some else None)

    @Slot(int)
    def _show_one(self, place: int) -> None:
        self._tell_one(place)

    @Slot(int)
    def _show_on_map(self, place: int) -> None:
        self.plot.go(place)

    def _tell_one(self, place: int | None) -> None:
        self._place = place
        there = place is not None and self.shown is not None
        for widget in (self.one, self.inside):
            widget.setVisible(there)
        if place is not None and self.shown is not None:
            self.one.setText(map_words.neighbours_words(self.shown, place, self.names))

    @Slot(int)
    def _pick(self, place: int) -> None:
        if self.shown is not None:
            self.picked.emit(int(self.shown.outputs.rows[place]))

    @Slot()
    def _look_inside(self) -> None:
        if self.shown is not None and self._place is not None:
            self.looked_into.emit(int(self.shown.outputs.rows[self._place]))

    # out

    @contextmanager
    def printed(self) -> Iterator[tuple[QWidget, ...]]:
        """The map and its caption, as they stand below each other in a picture."""
        caption = QLabel(f"{self.caption}\n{self.foot.text()}")
        caption.setTextFormat(Qt.TextFormat.PlainText)
        caption.setWordWrap(True)
        caption.setFont(theme.font(theme.SMALL))
        caption.setFixedWidth(self.plot.width())
        caption.adjustSize()
        self.plot.print_lines(on=True)
        yield self.plot, caption
        self.plot.print_lines(on=False)
        caption.deleteLater()
