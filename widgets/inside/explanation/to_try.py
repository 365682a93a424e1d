"""What stands in a column of words beside numbers: headings, text, and what to try as buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from widgets.look import theme
from widgets.look.icon import icon, put_beside_words

Proposal = tuple[str, str, Callable[[], object]]
"""An icon, words, and what is done."""


class ToTry(QWidget):
    """“What to try”, with a button for each proposal."""

    def __init__(self, most: int, parent: QWidget | None = None) -> None:
        """`most` is how many there may be."""
        super().__init__(parent)
        self.buttons = [_button() for _ in range(most)]
        self._does: list[Callable[[], object]] = []
        self._heading = heading(self.tr("What to try"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._heading)
        for index, button in enumerate(self.buttons):
            button.clicked.connect(partial(self._do, index))
            column.addWidget(button)

    def propose(self, proposals: Sequence[Proposal]) -> None:
        """Offers these."""
        self._does = [do for _, _, do in proposals]
        self._heading.setVisible(bool(proposals))
        for index, button in enumerate(self.buttons):
            offered = proposals[index] if index < len(proposals) else None
            button.setEnabled(offered is not None)
            # the focus must not vanish with a button
            button.setVisible(offered is not None or button.hasFocus())
            if offered is not None:
                symbol, words, _ = offered
                button.setIcon(icon(symbol))
                button.setText(words)
                button.setToolTip(words)

    def _do(self, index: int) -> None:
        if index < len(self._does):
            self._does[index]()


def heading(text: str) -> QLabel:
    """The heading of a part of the column."""
    label = QLabel(text)
    label.setProperty("role", "section")
    return label


def words_label(*, mono: bool = False, dim: bool = False) -> QLabel:
    """Text that wraps at the column's width and can be selected with the mouse."""
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    if mono:
        label.setFont(theme.font(theme.DENSE, mono=True))
    if dim:
        label.setProperty("role", "dim")
    return label


def _button() -> QToolButton:
    button = QToolButton()
    button.setProperty("bare", True)
    button.setProperty("listed", True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    put_beside_words(button)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    button.setVisible(False)
    return button
