"""The gradient of an epoch that goes on is read seldom, and only for whoever sees it."""

from __future__ import annotations

from app.training.flow_watch import OFTEN, FlowWatch
from networks.runs.events import Stepped
from networks.training.engine.run import Run
from tests.networks.training.engine.test_run import RANDOM, project


def test_watching_it_is_seldom_and_only_for_who_sees_it():
    now = [0.0]
    watch = FlowWatch(lambda: now[0])
    run = Run(project(RANDOM))
    seen = []
    for event in run.train():
        if isinstance(event, Stepped):
            watch.look(run)
            seen.append(watch.newest)
            watch.wished = len(seen) > 1
            now[0] += 0.51 * OFTEN
    # not before somebody wishes it, and then every second time
    assert [None if each is None else (each.flow.epoch, each.flow.steps) for each in seen] == [
        None, None, (1, 3), (1, 3), (1, 5), (1, 5), (2, 2), (2, 2), (2, 4), (2, 4),
    ]  # fmt: skip
