"""The properties of the selected layers, applied as one types; figures of the whole network if none is."""

from __future__ import annotations

from collections import defaultdict

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from networks.core.fields import changed, fields_of
from networks.core.shapes import Shape, show
from networks.explanations.layers.small_grid import KINDS
from networks.graph import edits
from networks.graph.check import NodeReport, Report
from networks.graph.network import Network
from networks.graph.totals import totals_known
from networks.layers.base import Layer
from widgets.controls.notice import Notice
from widgets.forms.field_words import set_words
from widgets.forms.form import Form
from widgets.forms.rows import Rows, dim
from widgets.look import theme
from widgets.look.translation import declared, said, short, thousands, weights_counted
from widgets.panels.layer_heading import LayerHeading
from widgets.panels.name_row import NameRow

MOST_NAMED = 12
"""How many layers of a type are named; to lay out the names of hundreds takes several frames."""
UNKNOWN = "?"
"""Stands for a figure that is unknown because some layer does not fit."""


class LayerPanel(QWidget):
    """Shows the selected layers of a network and asks for another network."""

    edited = Signal(object, str, str)
    """The new network, the text for the history, and the key that merges turns of one field."""
    renamed = Signal(str, str)
    """Old and new name, just before `edited`, so that whoever keeps a selection by name can update it."""
    explanation_wished = Signal()
    """What the layer does is to be explained."""
    grid_wished = Signal()
    """The layer's window is to be seen on a small grid."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._network = Network()
        self._names: tuple[str, ...] = ()
        self._heading = LayerHeading()
        self._help = dim()
        self._title = NameRow(
            "name",
            self.tr("The layer’s name in the module, in its weights and in exported code."),
            self._with_name,
        )
        self._title.renamed.connect(self._rename)
        self._form = Form(keeps=True)
        self._form.edited.connect(self._edit)
        self._explain = QPushButton(self.tr("Explain what it does"))
        self._explain.setObjectName("explain_button")
        self._explain.clicked.connect(self.explanation_wished)
        self._grid = QPushButton(self.tr("Window on a small grid…"))
        self._grid.setObjectName("small_grid_button")
        self._grid.clicked.connect(self.grid_wished)
        self._facts = facts_label()
        self._problem = Notice("error")
        self._problem.setObjectName("problem")
        self._whole = _NetworkFacts()
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MARGIN, 2, theme.MARGIN, theme.SPACE + 4)
        column.setSpacing(6)
        for widget in (
            self._heading,
            self._help,
            self._problem,
            self._explain,
            self._title,
            self._form,
            self._grid,
            self._facts,
            self._whole,
        ):
            column.addWidget(widget)
        column.addStretch(1)
        self.setMinimumWidth(theme.grown(244))
        self.show_layers(self._network, Report({}, (), 0, 0), ())

    def give_up(self) -> None:
        """Drops what was typed and refused: something else is shown now."""
        self._title.show_name("")
        self._form.give_up()

    def show_layers(self, network: Network, report: Report, names: tuple[str, ...]) -> None:
        """Shows these layers with what the check found; names that do not exist are left out."""
        self._network = network
        before, self._names = self._names, tuple(name for name in names if name in network)
        names = self._names
        if names != before:
            self._form.give_up()
        layers = tuple(network[name].layer for name in names)
        kinds = {type(layer) for layer in layers}
        self._heading.setVisible(bool(names))
        self._title.show_name(names[0] if len(names) == 1 else "")
        self._title.setVisible(len(names) == 1)
        self._form.setVisible(len(kinds) == 1 and bool(fields_of(next(iter(kinds)))))
        self._facts.setVisible(len(kinds) == 1)
        self._explain.setVisible(len(names) == 1)
        self._grid.setVisible(len(names) == 1 and isinstance(layers[0], KINDS))
        self._whole.setVisible(not names)
        if not names:
            self._problem.show_sentence("")
            self._help.setText(self.tr("Select a layer to see and change its properties."))
            self._whole.show_report(report)
        elif len(kinds) == 1:
            self._show_one_type(layers, tuple(report.nodes[name] for name in names))
        else:
            self._show_several_types(layers, names)

    def _show_one_type(self, layers: tuple[Layer, ...], reports: tuple[NodeReport, ...]) -> None:
        kind = type(layers[0])
        self._heading.show_type(kind, len(layers))
        self._help.setText(declared(kind.help()))
        if len(self._names) == 1:
            self._title.check()
        self._form.show_values(layers)
        problems = {
            name: said(report.problem)
            for name, report in zip(self._names, reports, strict=True)
            if report.problem
        }
        sentences = (
            problems.values()
            if len(layers) == 1
            else [
                self.tr("{name}: {sentence}").format(name=name, sentence=text)
                for name, text in problems.items()
            ]
        )
        self._problem.show_sentence("\n".join(sentences))
        self._facts.setText(self._facts_of(reports))

    def _show_several_types(self, layers: tuple[Layer, ...], names: tuple[str, ...]) -> None:
        self._heading.show_words(self.tr("{count} layers selected").format(count=len(layers)))
        members: dict[str, list[str]] = defaultdict(list)
        for name, layer in zip(names, layers, strict=True):
            members[declared(layer.name())].append(name)
        lines = [
            self.tr("{count} × {type}: {names}").format(count=len(found), type=kind, names=_some(found))
            for kind, found in members.items()
        ]
        hint = self.tr("They are of different types: select layers of one type to change them together.")
        self._help.setText("\n".join([hint, "", *lines]))
        self._problem.show_sentence("")

    def _facts_of(self, reports: tuple[NodeReport, ...]) -> str:
        lines = []
        if len(reports) == 1:
            inputs = " + ".join(shape_words(shape) for shape in reports[0].inputs)
            lines.append(" → ".join(filter(None, (inputs, shape_words(reports[0].output)))))
        ends = any(node.layer.ends for node in self._network.nodes)
        if ends and not all(report.contributing for report in reports):
            lines.append(self.tr("Takes no part in training: no Output depends on it."))
        weights = sum(report.weights for report in reports)
        sums = sum(report.multiply_adds for report in reports)
        if all(report.output is not None for report in reports):
            lines.append(weights_counted(weights))
            lines.append(self.tr("{count} multiply-adds per image").format(count=short(sums)))
        return "\n".join(lines)

    @Slot(str, object)
    def _edit(self, name: str, value: object) -> None:
        layers = {node: changed(self._network[node].layer, **{name: value}) for node in self._names}
        kind = type(self._network[self._names[0]].layer)
        field = next(field for field in fields_of(kind) if field.name == name)
        key = f"{','.join(self._names)}.{name}"
        self.edited.emit(edits.set_layers(self._network, layers), set_words(field, value), key)

    def _with_name(self, old: str, new: str) -> Network:
        return edits.rename(self._network, old, new)

    @Slot(str, str, object)
    def _rename(self, old: str, new: str, network: Network) -> None:
        self.renamed.emit(old, new)
        self.edited.emit(network, self.tr("Rename {old} to {new}").format(old=old, new=new), "")


class _NetworkFacts(Rows):
    """How many layers, weights and multiply-adds the whole network has."""

    def __init__(self) -> None:
        super().__init__()
        self._layers, self._weights, self._sums = _value("layers"), _value("weights"), _value("multiply_adds")
        self.add_row(self.tr("Layers"), self._layers)
        self.add_row(self.tr("Weights"), self._weights, tip=self.tr("Numbers that training changes."))
        self.add_row(
            self.tr("Multiply-adds"),
            self._sums,
            tip=self.tr("For one image, in convolutions and linear layers."),
        )

    def show_report(self, report: Report) -> None:
        """Shows the totals of this report."""
        self._layers.setText(thousands(len(report.nodes)))
        known = totals_known(report)
        self._weights.setText(thousands(report.weights) if known else UNKNOWN)
        self._sums.setText(thousands(report.multiply_adds) if known else UNKNOWN)


def _some(names: list[str]) -> str:
    """The first of these names, and a sign if there are more."""
    return ", ".join(names if len(names) <= MOST_NAMED else [*names[: MOST_NAMED - 1], "…"])


def facts_label() -> QLabel:
    """A label for figures that can be copied."""
    label = QLabel()
    label.setObjectName("facts")
    label.setProperty("role", "label")
    label.setFont(theme.font(theme.SMALL, mono=True))
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _value(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setFont(theme.font(theme.BODY, mono=True))
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def shape_words(shape: Shape | None) -> str:
    """`64×8×8`, or a question mark."""
    return UNKNOWN if shape is None else show(shape)
