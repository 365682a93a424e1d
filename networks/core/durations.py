"""Durations in words."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """`0.21 s`, `4.1 s`, `33 s`, `2:05 min`, `1:02 h`."""
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60) if seconds >= 3570 else int(round(seconds) // 60)
    if minutes < 60:
        return f"{minutes}:{round(seconds) % 60:02d} min"
    return f"{minutes // 60}:{minutes % 60:02d} h"
