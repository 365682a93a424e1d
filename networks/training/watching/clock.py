"""How long a run has computed, without its pauses."""

from __future__ import annotations

import time


class Stopwatch:
    """Counts seconds between `start` and `stop`, and goes on counting at the next `start`."""

    def __init__(self) -> None:
        self.seconds = 0.0
        """Of this lap, as far as it was counted when the watch stopped."""
        self._since = 0.0

    def start(self) -> None:
        self._since = time.perf_counter()

    def stop(self) -> None:
        self.seconds += time.perf_counter() - self._since

    def lap(self) -> float:
        """Seconds since the last lap, while it counts."""
        now = time.perf_counter()
        seconds, self.seconds, self._since = self.seconds + now - self._since, 0.0, now
        return seconds
