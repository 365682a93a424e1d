"""What is to be changed in a run that goes on: wishes of other threads, and the changes of an earlier run."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

from networks.recipes.steering import Change, Value


class Steering:
    """Keeps changes until the step before which they are made."""

    def __init__(self, planned: Iterable[Change] = ()) -> None:
        """`planned` are the changes of an earlier run, which come at the same steps again."""
        self._planned = tuple(planned)
        self._wishes: dict[str, Value] = {}
        self._lock = Lock()

    def wish(self, path: str, value: Value) -> None:
        """Wants a number changed before the next step; the last wish for a number holds."""
        with self._lock:
            self._wishes.pop(path, None)
            self._wishes[path] = value

    def next(self, step: int, made: tuple[Change, ...]) -> tuple[str, Value] | None:
        """Path and value of the next change to make after so many steps; None where there is none.

        `made` are the changes that were made so far: of this step's, those that are planned come first.
        """
        planned = [change for change in self._planned if change.step == step] if self._planned else []
        if planned and (begun := sum(change.step == step for change in made)) < len(planned):
            return planned[begun].path, planned[begun].value
        if not self._wishes:
            return None
        with self._lock:
            path = next(iter(self._wishes))
            return path, self._wishes.pop(path)
