"""Whether the loss suits the network's last layer, with buttons for what mends it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from networks.core.finding import Finding, Mend
from networks.doctor.last_layer import last_layers
from networks.graph.check import Report
from networks.graph.network import Network
from networks.recipes.losses import Loss
from networks.recipes.losses.multi_margin import MultiMargin
from widgets.controls.notice import Notice, NoticeKind
from widgets.look import theme
from widgets.look.translation import declared, said

_RULES = ("last layer", "no soft targets")
"""What is said here, of all that may be found."""


class FitBox(QWidget):
    """Green where it suits, amber where it is unwise, red where nothing would be learned."""

    mended = Signal(object)
    """The `Mend` whose button was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        kinds: tuple[NoticeKind, ...] = ("success", "warning", "error")
        self._notices = {kind: Notice(kind) for kind in kinds}
        self.buttons: list[QPushButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.SPACE - 2)
        for notice in self._notices.values():
            self._column.addWidget(notice)

    def show_fit(self, loss: Loss, network: Network, report: Report, findings: tuple[Finding, ...]) -> None:
        """Judges the loss behind this network; says nothing as long as the network itself does not fit."""
        found = next((each for each in findings if each.rule in _RULES), None)
        for button in self.buttons:
            self._column.removeWidget(button)
            button.deleteLater()
        self.buttons = [] if found is None else [self._button(mend) for mend in found.mends]
        sentences: dict[NoticeKind, str] = dict.fromkeys(self._notices, "")
        if found is not None:
            sentences["error" if found.severity == "blocks" else "warning"] = said(found.sentence)
        elif report.trainable:
            sentences["success"] = self._praise(loss, network, report)
        for kind, sentence in sentences.items():
            self._notices[kind].show_sentence(sentence)

    def sentence(self) -> str:
        """What it says."""
        return next((notice.sentence() for notice in self._notices.values() if notice.sentence()), "")

    def _praise(self, loss: Loss, network: Network, report: Report) -> str:
        last = last_layers(network, report)[0]
        words = {
            "scores": self.tr(
                "Fits your last layer. It wants raw scores; the network ends in “{name}” ({layer}). {inside}"
            ),
            "log-probabilities": self.tr(
                "Fits your last layer. It wants log-probabilities; “{name}” ({layer}) gives them."
            ),
            "probabilities": self.tr(
                "Fits your last layer. It wants probabilities; “{name}” ({layer}) gives them."
            ),
        }[loss.expects]
        if last.gives == "log-probabilities":
            inside = self.tr("Its logarithms do no harm: taking them twice changes nothing.")
        elif loss.per_class:
            inside = self.tr("No Sigmoid needed: this loss has it inside.")
        elif isinstance(loss, MultiMargin):
            inside = self.tr("It compares scores, and needs no Softmax.")
        else:
            inside = self.tr("No Softmax needed: this loss has it inside.")
        return words.format(name=last.name, layer=declared(type(last.layer).name()), inside=inside)

    def _button(self, mend: Mend) -> QPushButton:
        button = QPushButton(said(mend.words))
        button.clicked.connect(partial(self._mend, mend))
        self._column.addWidget(button)
        return button

    def _mend(self, mend: Mend) -> None:
        self.mended.emit(mend)
