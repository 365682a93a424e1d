"""What stands beside the maps: filters, weights and gradients, what comes in, what excites, what if."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from networks.layers.activation import Activation
from networks.layers.ends import Input, Output
from networks.xray.closeup import Spread, Weighed
from widgets.inside.near.excited_row import ExcitedRow
from widgets.inside.near.filters import filter_tiles
from widgets.inside.near.histogram import Histogram, spread_words
from widgets.inside.near.maximized_row import MaximizedRow
from widgets.inside.near.near import Near
from widgets.inside.near.norm_plot import NormPlot, norm_words
from widgets.inside.near.section_box import SectionBox
from widgets.inside.near.switches import Switches
from widgets.inside.near.tile_row import Tile, TileRow
from widgets.inside.near.words import seen_and_tried
from widgets.look import theme


class Details(QWidget):
    """One section for each thing that there is to say of a layer of this type."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.filters = SectionBox(TileRow(self.tr("Filter"), 46))
        self.weights = SectionBox(Histogram(self.tr("Weights")))
        self.gradients = SectionBox(Histogram(self.tr("Gradients")))
        self.incoming = SectionBox(TileRow(self.tr("What comes in and what goes out"), 76))
        self.inputs = SectionBox(Histogram(self.tr("What comes in")))
        self.outputs = SectionBox(Histogram(self.tr("What leaves it")))
        self.normed = SectionBox(NormPlot())
        self.excited = ExcitedRow()
        self.excites = SectionBox(self.excited)
        self.maximized = MaximizedRow()
        self.maximizes = SectionBox(self.maximized)
        self.switches = Switches()
        self.words = QLabel()
        self.words.setProperty("role", "dim")
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        both = QHBoxLayout()
        both.setSpacing(theme.MARGIN)
        both.addWidget(self.weights, 1, Qt.AlignmentFlag.AlignTop)
        both.addWidget(self.gradients, 1, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MARGIN, 4, theme.MARGIN, theme.MARGIN)
        column.setSpacing(14)
        # first in plain words what is seen, and what to try
        column.addWidget(self.words)
        column.addWidget(self.filters)
        column.addLayout(both)
        for widget in (
            self.incoming,
            self.inputs,
            self.normed,
            self.outputs,
            self.excites,
            self.maximizes,
            self.switches,
        ):
            column.addWidget(widget)
        column.addStretch(1)

    def show_near(self, near: Near) -> None:
        """Shows all that there is to say."""
        title, tiles = filter_tiles(near)
        row = self.filters.widget
        assert isinstance(row, TileRow)
        row.show_tiles(tiles, "signed")
        self.filters.show_words(title, self._bias_words(near) if title else "")
        self._show_weighed(near, near.weighed)
        self._show_incoming(near)
        closeup, layer = near.closeup, near.layer
        curve = layer if isinstance(layer, Activation) and layer.elementwise else None
        _show(self.inputs, closeup.inputs, self.tr("What comes in, under the curve"), curve)
        _show(self.outputs, closeup.outputs, self.tr("What leaves it"))
        plot = self.normed.widget
        assert isinstance(plot, NormPlot)
        plot.show_normed(closeup.normed, closeup.channel)
        told = "" if closeup.normed is None else norm_words(closeup.normed, closeup.channel)
        self.normed.show_words(self.tr("What it does to each channel") if told else "", told)
        self.excites.show_words(
            self.tr("What excites map {channel} most").format(channel=closeup.channel)
            if closeup.maps
            else self.tr("What excites number {channel} most").format(channel=closeup.channel)
        )
        self.maximizes.show_words(_what_would_excite(near))
        self.switches.show_near(near)
        self.words.setText(seen_and_tried(layer, maps=closeup.maps))

    def _bias_words(self, near: Near) -> str:
        closeup = near.closeup
        words = [] if closeup.kernel is None else [self._kernel_words(near)]
        if closeup.bias is not None:
            words.append(self.tr("bias {value}").format(value=f"{closeup.bias:.3g}".replace("-", "−")))
        return ", ".join(words)

    def _kernel_words(self, near: Near) -> str:
        kernel = near.closeup.kernel
        assert kernel is not None
        if kernel.ndim == 1:
            return self.tr("one weight for each of the {count} numbers that come in").format(
                count=len(kernel)
            )
        size = f"{kernel.shape[1]}×{kernel.shape[2]}"
        if len(kernel) == 1:
            return self.tr("{size} weights for the one map that comes in").format(size=size)
        return self.tr("{size} weights for each of {count} maps that come in").format(
            size=size, count=len(kernel)
        )

    def _show_weighed(self, near: Near, weighed: Weighed | None) -> None:
        if weighed is None:
            self.weights.show_words("")
            self.gradients.show_words("")
            return
        weights, gradients = self.weights.widget, self.gradients.widget
        assert isinstance(weights, Histogram)
        assert isinstance(gradients, Histogram)
        weights.show_spread(weighed.weights, near.start)
        note = near.start_words or (self.tr("bars: now, line: at the start") if near.start else "")
        self.weights.show_words(self.tr("Weights"), note)
        gradients.show_spread(weighed.gradients, backwards=True)
        if weighed.gradients is None:
            words = self.tr("none: the probe has no label, or the layer is frozen")
            self.gradients.show_words(self.tr("Gradients"), words)
            gradients.hide()
            return
        gradients.show()
        words = (
            self.tr("of the last step, norm {norm}")
            if weighed.of_step
            else self.tr("of the probe, norm {norm}")
        )
        self.gradients.show_words(self.tr("Gradients"), words.format(norm=f"{weighed.gradients.norm:.3g}"))

    def _show_incoming(self, near: Near) -> None:
        closeup = near.closeup
        tiles = []
        for each in closeup.incoming:
            words = self.tr("in {which}") if len(closeup.incoming) > 1 else self.tr("comes in")
            ends = float(each.values.min()), float(each.values.max())
            tiles.append(Tile(words.format(which=each.which + 1), each.values, ends))
        if tiles:
            ends = float(closeup.chosen.min()), float(closeup.chosen.max())
            dead = not closeup.chosen.any() and near.is_hatched(closeup.channel)
            tiles.append(Tile(self.tr("goes out"), closeup.chosen, ends, hatched=dead))
        row = self.incoming.widget
        assert isinstance(row, TileRow)
        row.show_tiles(tiles, near.scale)
        title = self.tr("Channel {channel}: what comes in and what goes out")
        self.incoming.show_words(
            title.format(channel=closeup.channel) if tiles else "",
            self.tr("each with its own colour range") if tiles else "",
        )


def _show(box: SectionBox, spread: Spread | None, title: str, curve: Activation | None = None) -> None:
    histogram = box.widget
    assert isinstance(histogram, Histogram)
    if spread is None:
        box.show_words("")
        return
    histogram.show_spread(spread, None, curve)
    box.show_words(title, spread_words(spread))


def _what_would_excite(near: Near) -> str:
    """The title of the picture that is computed; empty for the picture itself, which excites nothing."""
    if isinstance(near.layer, Input):
        return ""
    channel, translate = near.closeup.channel, QCoreApplication.translate
    if isinstance(near.layer, Output) and channel < len(near.classes):
        words = translate("Details", "What would raise the score of “{name}” most?")
        return words.format(name=near.classes[channel])
    words = translate("Details", "What would excite number {channel} most?")
    if near.closeup.maps:
        words = translate("Details", "What would excite map {channel} most?")
    return words.format(channel=channel)
