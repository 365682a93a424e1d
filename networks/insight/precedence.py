"""A lock that somebody whose work is long gives up in between for others, who do not wait until it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Precedence:
    """One at a time. Long work takes it `at_leisure` and calls `give_way` wherever it may be interrupted."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._taken = False
        self._waiting = 0
        """How many cannot wait, and have not got it yet."""

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Takes it before anybody who has time."""
        with self._changed:
            self._waiting += 1
            self._changed.wait_for(lambda: not self._taken)
            self._waiting -= 1
            self._taken = True
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def at_leisure(self) -> Iterator[None]:
        """Takes it when nobody else wants it."""
        self._take_free()
        try:
            yield
        finally:
            self._leave()

    def give_way(self) -> None:
        """Lets all go first who cannot wait. For whoever has it at leisure."""
        # read without the lock, since it is asked often: whoever comes just now is let go the next time
        if self._waiting:
            self._leave()
            self._take_free()

    def _take_free(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._taken and not self._waiting)
            self._taken = True

    def _leave(self) -> None:
        with self._changed:
            self._taken = False
            self._changed.notify_all()
