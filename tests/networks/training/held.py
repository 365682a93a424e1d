"""Runs that wait in their own thread until a test has seen what it wants to see."""

from __future__ import annotations

import threading

from networks.training.engine.run import Run

LONG = 100
"""Seconds after which nobody comes any more."""


def held_after(monkeypatch, kind: type) -> threading.Event:
    """Every run waits after its events of this kind until the one that is returned is set.

    What a slot in the window's thread does otherwise comes too late now and then: the run is over by then.
    """
    go_on, train = threading.Event(), Run.train

    def held(run, *given, **named):
        for event in train(run, *given, **named):
            yield event
            if isinstance(event, kind):
                assert go_on.wait(LONG)

    monkeypatch.setattr(Run, "train", held)
    return go_on
