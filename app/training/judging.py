"""Judges weights of the current run beside the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.background.job import Task, reason_of
from networks.core.message import Message, message
from networks.runs.judgement.judgement import Judgement, Side, Weights

if TYPE_CHECKING:
    from networks.training.engine.run import Run


def judged(run: Run, weights: Weights, side: Side, task: Task) -> Judgement | None:
    """What these weights answer; None where it was given up."""
    # imported late: torch takes a second
    from networks.training.evaluation.judging import judge_weights

    return judge_weights(run, weights, side, task.report)


def not_judged(error: BaseException) -> Message:
    """The sentence for what nobody foresaw."""
    return message("The weights could not be judged: {reason}.", reason=reason_of(error))
