"""The first step of a run of small images of noise, seen whole."""

from __future__ import annotations

from networks.explanations.traces.step import SeenStep
from networks.insight.witness import Witness
from networks.runs.events import Stepped
from networks.training.engine.run import Run
from tests.networks.training.engine.test_run import RANDOM, project


def first_step() -> SeenStep:
    run = Run(project(RANDOM, epochs=1))
    witness = Witness(run)
    first = next(event for event in run.train() if isinstance(event, Stepped))
    return witness.story(first.values["training loss"])
