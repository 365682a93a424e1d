"""What a check has found: which rule is broken, where, and a sentence for the user."""

from __future__ import annotations

import msgspec

from networks.core.message import Message


class Finding(msgspec.Struct, frozen=True):
    """Something that stands in the way of training."""

    rule: str
    """Names the rule that is broken, for programs and tests, such as `missing output`."""
    where: str | None
    """The name of the layer that it is about; None where it is about no single one."""
    sentence: Message
    """What was expected, what was found, and what to try."""
