"""Work done in threads ahead of whoever needs it. Training scripts print this function."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any


def ahead(
    work: Callable[[Any], Any], wanted: Iterable[Any], threads: int, most: int
) -> Iterator[tuple[Any, Any]]:
    """Each of the wanted and what `work` makes of it, in their order.

    This many threads work on those that come next, at most `most` of them. How many there are of either
    changes nothing in what comes out. The threads end with the iterator: when it is through, closed or has
    raised.
    """
    coming, waiting = iter(wanted), deque[tuple[Any, Future[Any]]]()
    pool = ThreadPoolExecutor(threads, "ahead")
    try:
        while True:
            for each in islice(coming, most - len(waiting)):
                waiting.append((each, pool.submit(work, each)))
            if not waiting:
                return
            each, future = waiting.popleft()
            yield each, future.result()
    finally:
        pool.shutdown(cancel_futures=True)
