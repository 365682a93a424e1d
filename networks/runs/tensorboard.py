"""TensorBoard's event files: records of TFRecord, each an Event of Protocol Buffers, both written by hand.

The formats are those of TensorFlow's `record_writer.h` and of `event.proto` and `summary.proto`. TensorBoard
keeps numbers with 32 bits; a run's own table has all 64.
"""

from __future__ import annotations

import os
import platform
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

from networks.runs.events import Event, Started, Stepped, Validated
from networks.runs.measures import MEASURE

NAME = "events.out.tfevents"
"""How the name of each event file begins; TensorBoard looks for it."""


def _table() -> tuple[int, ...]:
    """CRC-32C (Castagnoli) of each byte."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return tuple(table)


_TABLE = _table()


def crc32c(data: bytes) -> int:
    """The checksum of these bytes."""
    crc, table = 0xFFFFFFFF, _TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def record(data: bytes) -> bytes:
    """One record: its length, its bytes, and after each a checksum that is rotated and masked."""
    length = struct.pack("<Q", len(data))
    return length + _masked(length) + data + _masked(data)


def version(time: float) -> bytes:
    """What each file begins with. Times are in seconds since 1970."""
    return record(_time(time) + _bytes(3, b"brain.Event:2"))


def went_on(time: float, step: int) -> bytes:
    """Says that a run went on after this step: what was told of later ones does not count."""
    return record(_time(time) + _whole(2, step + 1) + _bytes(7, _whole(1, 1)))


def scalars(time: float, step: int, values: Mapping[str, float]) -> bytes:
    """The values of measures at a step, by their names."""
    told = b"".join(
        _bytes(1, _bytes(1, tag(name).encode()) + b"\x15" + _single(value)) for name, value in values.items()
    )
    return record(_time(time) + _whole(2, step) + _bytes(5, told))


def tag(measure: str) -> str:
    """What TensorBoard calls a measure: the charts of one quantity stand together."""
    declared = MEASURE[measure]
    return f"{declared.quantity.title}/{declared.line}"


def told(event: Event, time: float) -> bytes:
    """What an event adds to the file; nothing where there are no numbers in it."""
    if isinstance(event, Stepped | Validated):
        return scalars(time, event.step, event.values)
    if isinstance(event, Started) and event.step:
        return went_on(time, event.step)
    return b""


def file_name(time: float) -> str:
    """A name that no other process gives to a file."""
    return f"{NAME}.{int(time):010}.{platform.node() or 'here'}.{os.getpid()}.backbone"


def event_files(folder: Path) -> tuple[Path, ...]:
    """The event files in a folder."""
    return tuple(sorted(folder.glob(f"{NAME}.*")))


class EventFile:
    """Appends what a run tells, from several legs into a file each. All methods are for one thread."""

    def __init__(self, began: float) -> None:
        self.name = file_name(began)
        self._waiting = version(began)

    def take(self, events: Iterable[Event], time: float) -> None:
        """Keeps these events until the next `flush`."""
        self._waiting += b"".join(told(event, time) for event in events)

    def flush(self, folder: Path) -> None:
        """Hands what was taken to the system. Raises OSError; the next call tries again."""
        if self._waiting:
            with open(folder / self.name, "ab", buffering=0) as file:
                while self._waiting:
                    self._waiting = self._waiting[file.write(self._waiting) :]


def _masked(data: bytes) -> bytes:
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def _time(seconds: float) -> bytes:
    return b"\x09" + struct.pack("<d", seconds)


def _single(value: float) -> bytes:
    try:
        return struct.pack("<f", value)
    except OverflowError:
        # beyond what 32 bits hold
        return struct.pack("<f", float("inf") if value > 0 else float("-inf"))


def _whole(field: int, value: int) -> bytes:
    return bytes([field << 3]) + _varint(value)


def _bytes(field: int, data: bytes) -> bytes:
    return bytes([field << 3 | 2]) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    digits = bytearray()
    while value > 0x7F:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    digits.append(value)
    return bytes(digits)
