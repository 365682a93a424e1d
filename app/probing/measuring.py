"""Measures in the background how layers fare; views never wait for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from app.background.newest import Newest
from app.probing.sources import Source
from app.probing.work import measured_of
from networks.core.message import Message

if TYPE_CHECKING:
    from networks.insight.looker import Looker, Measured
    from networks.insight.pictures import Pictures
    from networks.insight.xrays import Wanted


class _Subject(NamedTuple):
    """What is measured: weights, which are equal under several names, and pictures."""

    weights: Source
    pictures: tuple[Any, ...]


class Measuring(QObject):
    """Keeps what was measured of the newest weights and pictures, and has measured only what is missing."""

    measured = Signal()
    """`known` tells more."""

    def __init__(self, failed: Callable[[Message], None], parent: QObject) -> None:
        super().__init__(parent)
        self._failed = failed
        self._working = Newest(self, impatient=True)
        self._known: tuple[_Subject, Measured] | None = None
        self._asked: tuple[Any, ...] | None = None
        """What is being measured."""

    def known(self, source: Source, key: tuple[Any, ...], wanted: Wanted) -> Measured | None:
        """What is known of these weights and pictures, be it of some layers only."""
        if self._known is None or self._known[0] != _subject(source, key):
            return None
        return self._known[1].beside(_near(wanted))

    def wish(
        self, source: Source, key: tuple[Any, ...], looker: Looker, pictures: Pictures, wanted: Wanted
    ) -> bool:
        """Has what is missing for these views measured, and nothing else any more; False where nothing is."""
        known, near = self.known(source, key, wanted), _near(wanted)
        if known is not None and known.tells(wanted.names, near):
            self.give_up()
            return False
        subject = _subject(source, key)
        asked = subject, wanted.names, near
        if asked != self._asked:
            self._asked = asked
            work = partial(measured_of, looker, pictures, wanted.names, near, known)
            self._working.run(work, partial(self._take, subject), self._miss)
        return True

    def give_up(self) -> None:
        """Wants nothing any more."""
        self._asked = None
        self._working.give_up()

    def forget(self) -> None:
        """Wants nothing any more, and lets go of what is known."""
        self.give_up()
        self._known = None

    def close(self) -> None:
        """Waits until nothing is measured."""
        self.give_up()
        self._working.finish()

    def _take(self, subject: _Subject, found: Measured) -> None:
        self._asked = None
        self._known = subject, found
        self.measured.emit()

    def _miss(self, reason: Message) -> None:
        self._asked = None
        self._failed(reason)


def _subject(source: Source, key: tuple[Any, ...]) -> _Subject:
    return _Subject(source._replace(which="first"), key)


def _near(wanted: Wanted) -> str:
    return "" if wanted.focus is None else wanted.focus.name
