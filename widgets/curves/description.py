"""A chart in sentences, for screen readers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from networks.runs.record import Record
from widgets.look.translation import declared, said

if TYPE_CHECKING:
    from widgets.curves.chart import Chart


def described(chart: Chart, run: Record) -> str:
    """What the chart shows of a run: the newest values, the best one, whether it diverged."""
    return " ".join(_sentences(chart, run))


def _sentences(chart: Chart, run: Record) -> Iterator[str]:
    quantity, curves = chart.quantity, chart.curves(run)
    measures = [line.measure for line in curves.lines if run.averages or not line.measure.averaged]
    values = [f"{declared(each.line)} {quantity.figure(run.value(each))}" for each in measures]
    yield _tr("{name} of {run} after epoch {epoch:.4g}: {values}.").format(
        name=declared(quantity.title), run=run.title, epoch=run.last_epoch, values=", ".join(values)
    )
    best, epoch = curves.best_value(), curves.best_epoch()
    if epoch is not None and best is not None:
        yield _tr("Best epoch {epoch}: {value}.").format(epoch=epoch, value=quantity.figure(best))
    if quantity.finite and run.diverged is not None:
        yield _tr("The {name} diverged.").format(name=declared(quantity.title).lower())
    for change in run.changes:
        yield _tr("Changed at epoch {epoch:.4g}: {change}.").format(
            epoch=change.epoch, change=said(change.words)
        )


def _tr(text: str) -> str:
    return QCoreApplication.translate("CurvesDescription", text)
