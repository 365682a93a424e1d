"""Several GPUs in words, and how many of them are offered."""

from __future__ import annotations

from collections import Counter


def together(names: tuple[str, ...]) -> str:
    """`2 × NVIDIA H100, NVIDIA A100`."""
    return ", ".join(f"{count} × {name}" if count > 1 else name for name, count in Counter(names).items())


def numbers_of_gpus(there: int) -> tuple[int, ...]:
    """How many GPUs are offered: 2, 4, 8 … and all of them; none where there is one alone."""
    if there < 2:
        return ()
    return (*(count for count in (2, 4, 8, 16, 32) if count < there), there)
