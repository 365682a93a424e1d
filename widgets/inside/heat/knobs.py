"""What can be set for a heat map: for which class, at which layer, with which patch, how strong it is."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget

from networks.xray.heat import Description
from widgets.controls.combo_box import ComboBox
from widgets.inside.heat.choice import Choice, Scene
from widgets.inside.heat.overlay import Blend
from widgets.look import theme


class Knobs(QWidget):
    """Asks for another map, or for the same one drawn in another way."""

    chosen = Signal(object)
    """The `Choice` that is wished for."""
    looked = Signal(object)
    """The `Blend` that is wished for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice = Choice()
        self.label, self.other, self.layer, self.ground = ComboBox(), ComboBox(), ComboBox(), ComboBox()
        self.patch = _slider(1, 12, 4)
        self.strength = _slider(0, 100, round(100 * Blend().strength))
        self.threshold = _slider(0, 95, 0)
        self._figures = {each: _dim("") for each in (self.patch, self.strength, self.threshold)}
        self._titles: dict[QWidget, QLabel] = {}
        self._arrange()
        self.ground.addItem(self.tr("black"), "black")
        self.ground.addItem(self.tr("the average of the training pictures"), "average")
        for combo in (self.label, self.other, self.layer, self.ground):
            combo.activated.connect(self._choose)
        self.patch.valueChanged.connect(self._choose)
        for slider in (self.strength, self.threshold):
            slider.valueChanged.connect(self._look)
        self._show_figures()

    def show_choice(self, choice: Choice, scene: Scene, method: Description, patch: int) -> None:
        """Shows what is chosen; `patch` is the side of the patch in pixels."""
        self._choice = choice
        answer = self.tr("its answer: {name}").format(name=scene.names[scene.best])
        classes = [(name, index) for index, name in enumerate(scene.names)]
        _fill(self.label, [(answer, None), *classes], choice.label)
        _fill(self.other, [(self.tr("no other"), None), *classes], choice.other)
        layers = [(name, name) for name in scene.layers]
        _fill(self.layer, layers, choice.layer or (scene.layers[-1] if scene.layers else None))
        self.ground.setCurrentIndex(max(0, self.ground.findData(choice.ground)))
        height, width = scene.pixels.shape[:2]
        self.patch.blockSignals(True)
        self.patch.setRange(1, max(1, min(height, width) // 2))
        self.patch.setValue(patch)
        self.patch.blockSignals(False)
        used = {self.layer: method.layered, self.ground: method.grounded, self.patch: method.patched}
        for widget, shown in used.items():
            widget.setVisible(shown)
            self._titles[widget].setVisible(shown)
        self._figures[self.patch].setVisible(method.patched)
        self._show_figures()

    @property
    def look(self) -> Blend:
        """How the map is to show."""
        return Blend(self.strength.value() / 100, self.threshold.value() / 100)

    def _choose(self) -> None:
        method = self._choice.method
        label, other = self.label.currentData(), self.other.currentData()
        patched = self.sender() is self.patch
        self._show_figures()
        self.chosen.emit(
            msgspec.structs.replace(
                self._choice,
                method=method,
                label=label,
                other=other,
                layer=self.layer.currentData() or "" if self.sender() is self.layer else self._choice.layer,
                ground=self.ground.currentData(),
                patch=self.patch.value() if patched else self._choice.patch,
            )
        )

    def _look(self) -> None:
        self._show_figures()
        self.looked.emit(self.look)

    def _show_figures(self) -> None:
        side = self.patch.value()
        for slider, words in (
            (self.patch, f"{side}×{side}"),
            (self.strength, f"{self.strength.value()} %"),
            (self.threshold, f"{self.threshold.value()} %"),
        ):
            self._figures[slider].setText(words)
            slider.setAccessibleDescription(words)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.SPACE)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        rows: Sequence[tuple[QWidget, str]] = (
            (self.label, self.tr("For")),
            (self.other, self.tr("Rather than")),
            (self.layer, self.tr("Layer")),
            (self.ground, self.tr("“Nothing” is")),
            (self.patch, self.tr("Patch")),
            (self.strength, self.tr("Strength")),
            (self.threshold, self.tr("Hide below")),
        )
        for index, (widget, title) in enumerate(rows):
            told = _dim(title)
            told.setProperty("role", "label")
            self._titles[widget] = told
            widget.setAccessibleName(title)
            grid.addWidget(told, index, 0)
            if isinstance(widget, QSlider):
                grid.addWidget(widget, index, 1)
                grid.addWidget(self._figures[widget], index, 2)
            else:
                grid.addWidget(widget, index, 1, 1, 2)
        self.threshold.setToolTip(self.tr("Shares of the largest number below which nothing is shown"))


class _Slider(QSlider):
    """Ignores a wheel that only passes over it, as combo boxes do."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _fill(combo: ComboBox, choices: Sequence[tuple[str, object]], chosen: object) -> None:
    told = [(combo.itemText(index), combo.itemData(index)) for index in range(combo.count())]
    if told != list(choices):
        combo.clear()
        for words, data in choices:
            combo.addItem(words, data)
    index = next((index for index, (_, data) in enumerate(choices) if data == chosen), -1)
    combo.setCurrentIndex(index)


def _slider(low: int, high: int, value: int) -> QSlider:
    slider = _Slider(Qt.Orientation.Horizontal)
    slider.setRange(low, high)
    slider.setValue(value)
    slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    slider.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return slider


def _dim(text: str) -> QLabel:
    label = QLabel(text)
    label.setFont(theme.font(theme.DENSE))
    return label
