"""The panel that sets and plots the activation function of the whole network or of the selected layers."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from networks.core.fields import changed, fields_of
from networks.graph import edits
from networks.graph.network import Network
from networks.layers import layer_types
from networks.layers.activation import Activation
from networks.layers.base import Group, Layer
from networks.xray.closeup import Spread
from widgets.controls.column import stacked
from widgets.controls.combo_box import ComboBox
from widgets.controls.icon_line import IconLine
from widgets.controls.segments import Segments
from widgets.forms.field_words import set_words
from widgets.forms.form import Form
from widgets.forms.rows import Rows, dim
from widgets.look import theme
from widgets.look.translation import declared
from widgets.panels.function_plot import FunctionPlot

CHOICES: tuple[type[Activation], ...] = tuple(
    kind for kind in layer_types(Group.ACTIVATION) if issubclass(kind, Activation) and kind.elementwise
)
"""The functions that can replace each other: the elementwise ones."""

WHOLE, SELECTED = 0, 1


class ActivationPanel(QWidget):
    """Shows the activations of a network and asks for another network."""

    drawn = Signal()
    """Another function is drawn, or that of another layer."""
    edited = Signal(object, str, str)
    """The new network, the text for the history, and the key that merges turns of one field."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._network = Network()
        self._all: dict[str, Activation] = {}
        """The activation layers that can be exchanged, by their names, in the order of the network."""
        self._selected: tuple[str, ...] = ()
        self._wants_selected = False
        self._scope = Segments((self.tr("Whole network"), self.tr("Selected")))
        self._scope.setObjectName("scope")
        self._scope.setAccessibleName(self.tr("What a change applies to"))
        self._scope.chosen.connect(self._choose_scope)
        self._box = self._function_box()
        self._state = dim()
        self._state.setObjectName("state")
        self._form = Form(keeps=True)
        self._shown: tuple[str, ...] = ()
        """The layers that the form shows."""
        self._form.edited.connect(self._edit_parameter)
        self._plot = FunctionPlot()
        self._formula = _formula_label()
        self._good, self._bad = IconLine("check", "success"), IconLine("warning", "warning")
        self._good.setObjectName("good")
        self._bad.setObjectName("bad")
        self._coming = dim()
        self._coming.hide()
        self._drawing = stacked(self._plot, self._coming, self._formula, self._good, self._bad)
        rows = Rows()
        rows.add_row(
            self.tr("Function"), self._box, tip=self.tr("All layers chosen above change in one step.")
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MARGIN, 2, theme.MARGIN, theme.SPACE + 4)
        column.setSpacing(theme.SPACE)
        for widget in (self._scope, rows, self._state, self._form, self._drawing):
            column.addWidget(widget)
        column.addStretch(1)
        self.setMinimumWidth(theme.grown(244))
        self.show_network(self._network, ())

    @property
    def drawn_layer(self) -> str:
        """The first of the layers whose function is drawn; empty where none is."""
        function = self._plot.function
        return next((name for name in self._names() if self._all[name] == function), "")

    def show_coming(self, spread: Spread | None) -> None:
        """Shows behind the function how what comes into the drawn layer is spread, for the probe."""
        name = self.drawn_layer
        shown = spread is not None and bool(name)
        self._plot.show_spread(spread if shown else None)
        self._coming.setVisible(shown)
        words = self.tr("Bars: what comes into {name} for the probe.")
        self._coming.setText(words.format(name=name) if shown else "")

    def show_network(self, network: Network, names: tuple[str, ...]) -> None:
        """Shows the activations of the network; `names` are the selected layers."""
        self._network = network
        self._all = {node.name: layer for node in network.nodes if (layer := _choice(node.layer)) is not None}
        self._selected = tuple(name for name in names if name in self._all)
        self._refresh()

    def _refresh(self) -> None:
        whole = self._scope_index() == WHOLE
        self._scope.show_index(self._scope_index())
        selected = self._scope.button(SELECTED)
        selected.setEnabled(bool(self._selected))
        selected.setToolTip(
            self.tr("Selected activation layers: {count}").format(count=len(self._selected))
            if self._selected
            else self.tr("Select activation layers on the canvas to change only them.")
        )
        names = self._names()
        if names != self._shown:
            self._shown = names
            self._form.give_up()
        layers = self._layers()
        kinds = Counter(map(type, layers))
        self._box.setEnabled(bool(names))
        only = next(iter(kinds)) if len(kinds) == 1 else None
        self._box.setCurrentIndex(CHOICES.index(only) if only else -1)
        self._box.setPlaceholderText(self.tr("mixed") if kinds else self.tr("none"))
        self._state.setText(self._state_words(kinds, whole))
        self._form.setVisible(only is not None and bool(fields_of(only)))
        if only is not None:
            self._form.show_values(layers)
        self._show_function(self._drawn_one(kinds))
        self.drawn.emit()

    def _state_words(self, kinds: Counter[type[Activation]], whole: bool) -> str:
        if not kinds:
            return self.tr("This network has no activation layers yet: drag one in from the palette.")
        if len(kinds) > 1:
            words = self.tr("{name} ({count})")
            counts = [words.format(name=declared(k.name()), count=n) for k, n in kinds.most_common()]
            drawn = declared(kinds.most_common(1)[0][0].name())
            return self.tr("{counts}; the plot shows {name}").format(counts=", ".join(counts), name=drawn)
        if whole:
            return self.tr("Activation layers: {count}").format(count=kinds.total())
        return self.tr("Selected activation layers: {count}").format(count=kinds.total())

    def _drawn_one(self, kinds: Counter[type[Activation]]) -> Activation | None:
        if not kinds:
            return None
        most = kinds.most_common(1)[0][0]
        return next(layer for layer in self._layers() if type(layer) is most)

    def _show_function(self, function: Activation | None) -> None:
        self._plot.show_function(function)
        self._drawing.setVisible(function is not None)
        if function is None:
            return
        self._plot.setAccessibleName(self.tr("{name} and its slope").format(name=declared(function.name())))
        self._formula.setText(
            self.tr("f(x) = {formula}\nrange {range}").format(
                formula=declared(function.formula), range=declared(function.range)
            )
        )
        for line, text, words in (
            (self._good, declared(function.good), self.tr("Good: {text}")),
            (self._bad, declared(function.bad), self.tr("Bad: {text}")),
        ):
            line.show_sentence(text, words.format(text=text))

    @Slot(int)
    def _choose_scope(self, index: int) -> None:
        self._wants_selected = index == SELECTED
        self._refresh()

    @Slot(int)
    def _preview(self, index: int) -> None:
        """Draws the function under the cursor in the open list."""
        self._show_function(CHOICES[index]())

    @Slot(int)
    def _choose(self, index: int) -> None:
        kind = CHOICES[index]
        layers = {name: kind() for name in self._names() if type(self._network[name].layer) is not kind}
        if not layers:
            self._refresh()
            return
        text = self.tr("Set activation to {name}").format(name=declared(kind.name()))
        self.edited.emit(edits.set_layers(self._network, layers), text, "")

    @Slot(str, object)
    def _edit_parameter(self, name: str, value: object) -> None:
        layers = {node: changed(self._network[node].layer, **{name: value}) for node in self._names()}
        text = set_words(self._form.editor(name).field, value)
        key = f"{'activations' if self._scope_index() == WHOLE else ','.join(self._names())}.{name}"
        self.edited.emit(edits.set_layers(self._network, layers), text, key)

    def _scope_index(self) -> int:
        return SELECTED if self._wants_selected and self._selected else WHOLE

    def _names(self) -> tuple[str, ...]:
        if self._scope_index() == SELECTED:
            return self._selected
        return tuple(self._all)

    def _layers(self) -> tuple[Activation, ...]:
        return tuple(self._all[name] for name in self._names())

    def _function_box(self) -> ComboBox:
        box = ComboBox()
        box.setObjectName("function")
        box.setAccessibleName(self.tr("Activation function"))
        for index, kind in enumerate(CHOICES):
            box.addItem(declared(kind.name()))
            box.setItemData(index, declared(kind.help()), Qt.ItemDataRole.ToolTipRole)
        box.activated.connect(self._choose)
        box.highlighted.connect(self._preview)
        box.closed.connect(self._refresh)
        return box


def _choice(layer: Layer) -> Activation | None:
    """The layer if it is one of `CHOICES`."""
    return layer if isinstance(layer, Activation) and layer.elementwise else None


def _formula_label() -> QLabel:
    label = QLabel()
    label.setObjectName("formula")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setFont(theme.font(theme.SMALL, mono=True))
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
