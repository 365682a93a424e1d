"""Names for runs that no other run has."""

from __future__ import annotations

from typing import Literal

from networks.core.message import message
from networks.runs.record import Records
from widgets.look.translation import said


def unused(name: str, kind: Literal["title", "short"], records: Records) -> str:
    """The name, with a number behind it where another run has it already, be it one that was deleted."""
    taken = {getattr(record, kind) for record in (*records, *records.removed)}
    number, free = 1, name
    while free in taken:
        number += 1
        free = said(message("{name} ({number})", name=name, number=number))
    return free
