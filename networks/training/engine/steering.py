"""What to change while a run trains: requests from other threads, and the changes of an earlier run."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

from networks.recipes.steering import Change, Value


class Steering:
    """Holds changes until the step before which they are due."""

    def __init__(self, planned: Iterable[Change] = ()) -> None:
        """`planned` are the changes of an earlier run, due again at the same steps."""
        self._planned = tuple(planned)
        self._wishes: dict[str, Value] = {}
        self._lock = Lock()

    def wish(self, path: str, value: Value) -> None:
        """Requests a change before the next step. Of several requests for one value the last one counts."""
        with self._lock:
            self._wishes.pop(path, None)
            self._wishes[path] = value

    def next(self, step: int, made: tuple[Change, ...]) -> tuple[str, Value] | None:
        """The path and value of the next change that is due after `step` steps; None if none is.

        `made` holds the changes made so far. Planned changes come before requests at the same step.
        """
        planned = [change for change in self._planned if change.step == step] if self._planned else []
        if planned and (begun := sum(change.step == step for change in made)) < len(planned):
            return planned[begun].path, planned[begun].value
        if not self._wishes:
            return None
        with self._lock:
            path = next(iter(self._wishes))
            return path, self._wishes.pop(path)
