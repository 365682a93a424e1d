"""How far a folder has been read: what people are shown while it goes on."""

from __future__ import annotations

from collections.abc import Callable

from networks.core.message import Message, message, plural

MOST_NAMED = 4
"""Classes that are named with their counts; of more only their number."""


class Survey:
    """Counts pictures as they are read. One thread changes it, and others may look at any time."""

    def __init__(self, of: int, classes: tuple[str, ...]) -> None:
        self.done, self.of = 0, of
        self.refused = 0
        self._classes = classes
        self._counts = [0] * len(classes)
        self._least = (0, 0)
        self._most = (0, 0)

    def take(self, label: int, size: tuple[int, int] | None) -> None:
        """Adds a picture of this width and height; None for a file that cannot be read."""
        self.done += 1
        if size is None:
            self.refused += 1
            return
        self._counts[label] += 1
        if not self._most[0] or size[0] * size[1] < self._least[0] * self._least[1]:
            self._least = size
        if size[0] * size[1] > self._most[0] * self._most[1]:
            self._most = size

    def words(self) -> Message:
        """`1,240 of 8,000 files; cat 400, dog 837; 12×7 to 1226×2348 pixels; 3 cannot be read`."""
        told = message("{done} of {of} files", done=f"{self.done:,}", of=f"{self.of:,}")
        for part in (self._in_classes(), self._in_sizes(), self._in_refused()):
            if part is not None:
                told = message("{first}; {second}", first=told, second=part)
        return told

    def _in_classes(self) -> Message | None:
        begun = [(name, count) for name, count in zip(self._classes, self._counts, strict=True) if count]
        if len(self._classes) > MOST_NAMED:
            return message("{count} of {of} classes", count=len(begun), of=len(self._classes))
        told: Message | None = None
        for name, count in begun:
            part = message("{name} {count}", name=name, count=f"{count:,}")
            told = part if told is None else message("{first}, {second}", first=told, second=part)
        return told

    def _in_sizes(self) -> Message | None:
        if not self._most[0]:
            return None
        least, most = (f"{width}×{height}" for width, height in (self._least, self._most))
        if least == most:
            return message("{size} pixels", size=least)
        return message("{least} to {most} pixels", least=least, most=most)

    def _in_refused(self) -> Message | None:
        if not self.refused:
            return None
        return plural("{count} cannot be read", "{count} cannot be read", count=self.refused)


Progress = Callable[[Survey], None]
"""Told after each picture how far the reading is; may raise to end it."""
