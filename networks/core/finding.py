"""What a check has found: which rule is broken, where, a sentence for the user, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from networks.core.message import Message

Severity = Literal["blocks", "advises"]
"""Whether it stands in the way of training, or is only unwise."""


class Mend(msgspec.Struct, frozen=True):
    """One way to mend what was found: a subclass is one kind of edit (`networks.doctor.mends`)."""

    words: Message
    """On a button, and in the history."""

    def applied(self, project: Any) -> Any:
        """The mended project."""
        raise NotImplementedError


class Finding(msgspec.Struct, frozen=True):
    """Something that stands in the way of training, or that is unwise."""

    rule: str
    """Names the rule that is broken, for programs and tests, such as `missing output`."""
    where: str | None
    """The name of the layer that it is about; None where it is about no single one."""
    sentence: Message
    """What was expected, what was found, and what to try."""
    severity: Severity = "blocks"
    mends: tuple[Mend, ...] = ()
    """What would mend it, the best first; empty where no edit does it alone."""


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that stand in the way of training."""
    return tuple(finding for finding in findings if finding.severity == "blocks")


def advice(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that are only unwise: training works, but not as well as it could."""
    return tuple(finding for finding in findings if finding.severity == "advises")
