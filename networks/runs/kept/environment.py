"""What besides the project decides which numbers come out: machine, versions, device, threads, data."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from networks.core.message import Message, message


class Environment(msgspec.Struct, frozen=True):
    """Where a leg of a run was trained. Of two equal environments the same run has the same numbers.

    `processor` names the CPU, `device` the device that trained, by torch's name and its own. `data` is a
    checksum of the images and labels as they were prepared.
    """

    backbone: str = ""
    python: str = ""
    torch: str = ""
    system: str = ""
    processor: str = ""
    device: str = ""
    threads: int = 0
    processes: int = 1
    data: str = ""


_NAMES = {
    "backbone": "Backbone",
    "python": "Python",
    "torch": "PyTorch",
    "system": "system",
    "processor": "processor",
    "device": "device",
    "threads": "threads",
    "processes": "processes",
}
_NO_MATTER = ("backbone", "python")
"""The loop's text and torch decide the numbers; another Python computes the same sums."""


def environment_changes(old: Environment, new: Environment) -> tuple[Message, ...]:
    """In what two environments differ that may lead to other numbers, as in `threads 1 → 2`."""
    return tuple(_changes(old, new, _NO_MATTER))


def everything_changed(old: Environment, new: Environment) -> tuple[Message, ...]:
    """In what two environments differ at all, where the numbers did come out otherwise."""
    return tuple(_changes(old, new, ()))


def joined(told: tuple[Message, ...]) -> Message:
    """Changes in one line, with commas; `told` is not empty."""
    line = told[0]
    for change in told[1:]:
        line = message("{first}, {second}", first=line, second=change)
    return line


def approximately(differs: tuple[Message, ...]) -> Message:
    """The sentence for a run that goes on where something is not as it was; `differs` is not empty."""
    return message(
        "The run goes on approximately, and its numbers may differ in the last digits: {differs}.",
        differs=joined(differs),
    )


def _changes(old: Environment, new: Environment, but: tuple[str, ...]) -> Iterator[Message]:
    for name, title in _NAMES.items():
        was, now = getattr(old, name), getattr(new, name)
        if was != now and name not in but:
            yield message("{title} {old} → {new}", title=message(title), old=was or "?", new=now or "?")
    if old.data != new.data:
        yield message("other images or labels")
