"""What is said of a training step: which it is, what a layer does to the gradient, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication

from networks.explanations.pages.descent import DescentRow
from networks.explanations.traces.step import SeenStep
from networks.explanations.words.figures import figure, hundredths
from networks.layers.merge import Add
from widgets.look.translation import said, thousands


def tr(text: str) -> str:
    """The text in the user's language."""
    return QCoreApplication.translate("BackwardPanel", text)


def about_words(seen: SeenStep) -> str:
    """Which step it is, what it learned from, and whether it is the one that the run made."""
    if seen.alone:
        words = tr("a copy learned from the probe alone  ·  the run did not change: it is at step {step}")
        return words.format(step=thousands(seen.step - 1)) + _clipped(seen)
    words = tr("step {step}, epoch {epoch}  ·  a batch of {count}")
    told = words.format(step=thousands(seen.step), epoch=f"{seen.epoch:.3g}", count=len(seen.rows))
    again = (
        tr("  ·  computed once more: its loss differs from the run’s by {difference}").format(
            difference=figure(seen.difference)
        )
        if seen.difference
        else tr("  ·  computed once more, with the same loss")
    )
    return told + _clipped(seen) + again


def _clipped(seen: SeenStep) -> str:
    if seen.given >= seen.norm * (1 - 1e-6):
        return ""
    words = tr("  ·  gradient clipped from {norm} to {given}")
    return words.format(norm=figure(seen.norm), given=figure(seen.given))


def row_words(row: DescentRow) -> str:
    """What a layer does to the gradient that comes from above."""
    words = tr("{name}: {does}.").format(name=row.name, does=said(row.does))
    if isinstance(row.layer, Add) and len(row.ways) > 1:
        words += " " + tr(
            "At the sum the gradient forks and goes on unchanged: a shortcut carries it past the block."
        )
    elif len(row.ways) == 1:
        factor = row.factors[0]
        if factor > 1.5:
            words += " " + tr("It grows, ×{factor}.").format(factor=f"{factor:.3g}")
        elif factor < 0.67:
            words += " " + tr("It shrinks, ×{factor}.").format(factor=f"{factor:.3g}")
    return words


def again_words(seen: SeenStep, image: int, names: Sequence[str]) -> str:
    """The loss, and how sure it is of this picture, before and after the step."""
    label, best = int(seen.labels[image]), int(np.argmax(np.nan_to_num(seen.said[image])))
    told = [
        tr("loss {before} → {after}").format(before=figure(seen.trace.loss), after=figure(seen.loss_again))
    ]
    for each in dict.fromkeys((label, best)):
        before, after = (float(said_of[image][each]) for said_of in (seen.said, seen.said_again))
        told.append(
            tr("{name}: {before} → {after} %").format(
                name=names[each], before=hundredths(before), after=hundredths(after)
            )
        )
    return "\n".join(told)
