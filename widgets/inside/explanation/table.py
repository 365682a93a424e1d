"""A row for each class: of a softmax, and of a loss."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from networks.explanations.core.forms import LossTerms, Shares, ranked
from networks.explanations.core.places import Numbers
from networks.explanations.pages.page import Page
from networks.explanations.values.losses import loss_terms
from networks.explanations.words.figures import figure
from widgets.inside.explanation.drawing import Drawing, Look
from widgets.inside.explanation.ink import (
    LEFT,
    RIGHT,
    Ink,
    g,
    tr,
    write,
)
from widgets.look import theme

MOST_CLASSES = 12
"""A table has this many rows at most."""


class Table(Drawing):
    """A row for each class: figures, and a bar for what the row adds or has."""

    def __init__(
        self,
        heads: Sequence[str],
        lines: Sequence[tuple[str, ...]],
        amounts: Sequence[float],
        marked: int,
        steps: tuple[str, ...],
    ) -> None:
        self._heads, self._lines, self._amounts, self._marked = heads, lines, amounts, marked
        self.rows, self.steps = len(lines), steps

    def words(self, row: int, look: Look) -> str:
        return ", ".join(
            f"{head} {figure}" if head else figure
            for head, figure in zip(self._heads, self._lines[row], strict=True)
        )

    def height(self, width: float, look: Look) -> float:
        return g(40) + self.rows * g(26)

    def place(self, row: int, width: float, look: Look) -> QRectF:
        return QRectF(0, g(36) + row * g(26), width, g(26))

    def _columns_at(self, width: float) -> list[float]:
        """The right ends of the columns."""
        name = g(130) if width >= g(560) else g(90)
        each = g(92) if width >= g(560) else g(72)
        return [name + column * each for column in range(len(self._heads))]

    def paint(self, painter: QPainter, width: float, look: Look, ink: Ink) -> None:
        ends = self._columns_at(width)
        for column, head in enumerate(self._heads):
            align = LEFT if column == 0 else RIGHT
            left = g(8) if column == 0 else ends[column - 1]
            shown = QRectF(left, g(14), ends[column] - left, g(18))
            write(painter, shown, head, ink.small, ink.dim, align)
        most = max((abs(amount) for amount in self._amounts if np.isfinite(amount)), default=1.0) or 1.0
        start, room = ends[-1] + g(16), width - ends[-1] - g(34)
        for row, line in enumerate(self._lines):
            place = self.place(row, width, look)
            if row in (look.row, self._marked):
                painter.setPen(QPen(QColor(ink.shade.accent), 1) if row == look.row else Qt.PenStyle.NoPen)
                marked = row == self._marked
                painter.setBrush(QColor(ink.shade.accent_soft) if marked else Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 5, 5)
            for column, words in enumerate(line):
                pale = look.step < column - 1
                painter.setOpacity(0.35 if pale else 1.0)
                left = g(8) if column == 0 else ends[column - 1]
                shown = QRectF(left, place.top(), ends[column] - left, place.height())
                font = (ink.strong if row == self._marked else ink.words) if column == 0 else ink.figures
                write(painter, shown, words, font, ink.text, LEFT if column == 0 else RIGHT)
            amount = self._amounts[row]
            if np.isfinite(amount) and room > g(40):
                painter.setOpacity(0.35 if look.step < len(self._heads) - 2 else 1.0)
                long = abs(amount) / most * room
                color = (
                    ink.bar(amount)
                    if row == self._marked
                    else theme.mixed(ink.bar(amount), QColor(ink.shade.panel), 0.45)
                )
                painter.fillRect(QRectF(start, place.top() + g(6), max(1.0, long), g(14)), color)
            painter.setOpacity(1.0)


def named(classes: Sequence[str], index: int) -> str:
    """The name of a class, or its number where names are not known."""
    return classes[index] if index < len(classes) else str(index)


def shown_classes(sizes: Numbers, marked: int) -> list[int]:
    """The classes with the largest of these numbers; the marked one is always among them."""
    order: list[int] = ranked(sizes).tolist()[:MOST_CLASSES]
    if marked not in order:
        order[-1] = marked
    return order


def of_shares(page: Page, form: Shares) -> Table:
    """Scores, exponentials and shares; the largest and the one in question."""
    order = shown_classes(form.shares, form.at)
    names = page.classes if len(page.classes) == len(form.values) else ()
    lines = [
        (
            named(names, index),
            figure(float(form.values[index])),
            figure(float(form.exponentials[index])),
            f"{100 * float(form.shares[index]):.1f}\u202f%",
        )
        for index in order
    ]
    return Table(
        ("", tr("score"), tr("exponential"), tr("share")),
        lines,
        [float(form.shares[index]) for index in order],
        order.index(form.at),
        (tr("Scores"), tr("Exponentials"), tr("Share")),
    )


def of_scores(page: Page) -> Table | None:
    """The scores at the end of the network, as the loss reads them; None anywhere else."""
    losses = page.kept.losses
    if losses is None or page.place.layer != page.kept.end or page.place.is_loss:
        return None
    shares = loss_terms(losses, page.kept.image).probabilities
    scores, at = losses.outputs[page.kept.image].astype(float), page.place.at[-1]
    amounts = scores if shares is None else shares
    order = shown_classes(np.nan_to_num(amounts - amounts.min()), at)
    heads = [tr("class"), tr("score"), *([] if shares is None else [tr("probability")])]
    lines = []
    for index in order:
        share = () if shares is None else (f"{100 * float(shares[index]):.1f}\u202f%",)
        lines.append((named(page.classes, index), figure(float(scores[index])), *share))
    steps = (tr("Scores"), *(() if shares is None else (tr("Probabilities"),)))
    return Table(heads, lines, [float(amounts[index]) for index in order], order.index(at), steps)


def of_loss(page: Page, form: LossTerms) -> Table:
    """What each class adds to the loss; the right one is marked."""
    right = int(form.targets.argmax())
    size = np.nan_to_num(np.abs(form.terms)) + (
        0 if form.probabilities is None else np.nan_to_num(form.probabilities)
    )
    return of_classes(page.classes, form, size, right, (tr("adds"), form.terms))


def of_classes(
    classes: Sequence[str], form: LossTerms, sizes: Numbers, marked: int, last: tuple[str, Numbers]
) -> Table:
    """What a loss reads of each class: score, probability where it has one, target, and a `last` column.

    Rows go by `sizes`; bars show the last column.
    """
    order = shown_classes(sizes, marked)
    columns = [(tr("score"), form.outputs)]
    columns += [] if form.probabilities is None else [(tr("probability"), form.probabilities)]
    columns += [(tr("target"), form.targets), last]
    lines = [
        (named(classes, index), *(figure(float(numbers[index])) for _, numbers in columns)) for index in order
    ]
    heads = [head for head, _ in columns]
    steps = tuple(head[:1].upper() + head[1:] for head in heads)
    amounts = [float(last[1][index]) for index in order]
    return Table([tr("class"), *heads], lines, amounts, order.index(marked), steps)
