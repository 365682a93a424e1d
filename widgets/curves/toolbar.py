"""The controls above the charts: smoothing, logarithmic scale, view, copies, clearing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSlider, QToolButton, QWidget

from networks.runs.measures import Quantity
from widgets.curves.chart_choice import ChartChoice
from widgets.look import theme
from widgets.look.icon import icon

FIRST_SMOOTHING = 0.9
_HUNDRED = 100
_NARROWEST, _WITH_WORDS, _WITH_LABEL = 240, 330, 400
"""Widths: the least, and from which on buttons and slider have words beside them."""


class CurvesToolbar(QWidget):
    """The controls, with the smoothing in figures."""

    smoothing_changed = Signal(float)
    log_toggled = Signal(bool)
    single_steps_toggled = Signal(bool)
    reset_requested = Signal()
    clear_requested = Signal()

    def __init__(self, logarithmic: str, extra: tuple[Quantity, ...], parent: QWidget | None = None) -> None:
        """`logarithmic` names what has a logarithmic scale, such as “loss”; `extra` are charts to choose."""
        super().__init__(parent)
        self._label = QLabel(self.tr("Smoothing"))
        self._label.setProperty("role", "dim")
        self.slider = QSlider(
            Qt.Orientation.Horizontal, self
        )  # the Tab key goes in the order of parents given
        self.slider.setObjectName("smoothing_slider")
        self.slider.setRange(0, 99)
        self.slider.setSingleStep(1)
        self.slider.setPageStep(10)
        self.slider.setValue(round(_HUNDRED * FIRST_SMOOTHING))
        self.slider.setMinimumWidth(60)
        self.slider.setMaximumWidth(140)
        self.slider.setToolTip(
            self.tr("How much of the average so far the next step keeps. At 0 every step is drawn as it is.")
        )
        self._label.setBuddy(self.slider)
        self._figure = QLabel()
        self._figure.setObjectName("smoothing_figure")
        self._figure.setFont(theme.font(theme.SMALL, mono=True))
        tip = self.tr("Logarithmic {quantity}").format(quantity=logarithmic)
        self.log_button = self._button("log_button", "log", tip, text=self.tr("log"))
        self.log_button.setCheckable(True)
        self.log_button.setVisible(bool(logarithmic))
        self.steps_button = self._button("steps_button", "steps", self.tr("Show every single step"))
        self.steps_button.setCheckable(True)
        self.steps_button.setChecked(True)
        self.chart_choice = ChartChoice(extra, self)
        self.chart_choice.setVisible(bool(extra))
        self.reset_button = self._button(
            "reset_button", "fit", self.tr("Show everything again (double-click in a chart)")
        )
        self.reset_button.setEnabled(False)
        self.copy_button = self._button("copy_button", "copy", self.tr("Copy or save the curves"))
        self.copy_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.clear_button = self._button("clear_button", "clear", self.tr("Delete all runs that have ended"))
        self._make_menu()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE // 2)
        for widget in (self._label, self.slider, self._figure):
            row.addWidget(widget)
        row.addStretch(1)
        for button in (
            self.log_button,
            self.steps_button,
            self.chart_choice,
            self.reset_button,
            self.copy_button,
            self.clear_button,
        ):
            row.addWidget(button)
        self.slider.valueChanged.connect(self._smooth)
        self.log_button.toggled.connect(self.log_toggled)
        self.steps_button.toggled.connect(self.single_steps_toggled)
        self.reset_button.clicked.connect(self.reset_requested)
        self.clear_button.clicked.connect(self.clear_requested)
        self._show_figure()
        self.show_runs(measured=False, clearable=False)

    @property
    def smoothing(self) -> float:
        """Weight of the moving average, 0 to 0.99."""
        return self.slider.value() / _HUNDRED

    def show_zoomed(self, zoomed: bool) -> None:
        """Whether there is a zoom to reset."""
        self.reset_button.setEnabled(zoomed)

    def show_runs(self, *, measured: bool, clearable: bool) -> None:
        """Whether there is something to copy, and something to clear."""
        self.copy_button.setEnabled(measured)
        for action in (
            self.copy_picture_action,
            self.copy_csv_action,
            self.save_picture_action,
            self.save_csv_action,
        ):
            action.setEnabled(measured)
        self.clear_button.setEnabled(clearable)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.grown(_NARROWEST), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # words go before controls
        self._label.setVisible(self.width() >= theme.grown(_WITH_LABEL))
        with_text = self.width() >= theme.grown(_WITH_WORDS)
        self.log_button.setToolButtonStyle(
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            if with_text
            else Qt.ToolButtonStyle.ToolButtonIconOnly
        )

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_figure"):
            self._figure.setFont(theme.font(theme.SMALL, mono=True))

    def _make_menu(self) -> None:
        menu = QMenu(self.copy_button)
        self.copy_picture_action = self._action(menu, "copy_picture", self.tr("Copy as picture"))
        self.copy_csv_action = self._action(menu, "copy_csv", self.tr("Copy as CSV"))
        menu.addSeparator()
        self.save_picture_action = self._action(menu, "save_picture", self.tr("Save as PNG, SVG or PDF…"))
        self.save_csv_action = self._action(menu, "save_csv", self.tr("Save CSV…"))
        self.copy_button.setMenu(menu)

    @staticmethod
    def _action(menu: QMenu, name: str, text: str) -> QAction:
        action = QAction(text, menu)
        action.setObjectName(name)
        menu.addAction(action)
        return action

    def _button(self, name: str, symbol: str, tip: str, text: str = "") -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setIcon(icon(symbol))
        button.setIconSize(QSize(16, 16))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setFont(theme.font(theme.SMALL))
        if text:
            button.setText(text)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button

    @Slot()
    def _smooth(self) -> None:
        self._show_figure()
        self.smoothing_changed.emit(self.smoothing)

    def _show_figure(self) -> None:
        figure = f"{self.smoothing:.2f}"
        self._figure.setText(figure)
        self.slider.setAccessibleName(self.tr("Smoothing {weight}").format(weight=figure))
