"""What is switched off in a network that is looked at: single channels, or whole layers."""

from __future__ import annotations

from collections.abc import Container

import msgspec

from networks.core.shapes import Shape


class Silenced(msgspec.Struct, frozen=True):
    """Channels that give zeros, and layers that pass on what they get, in what is looked at alone.

    Neither the weights nor a run that goes on know of it.
    """

    channels: frozenset[tuple[str, int]] = frozenset()
    bypassed: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.channels or self.bypassed)

    def of(self, name: str) -> tuple[int, ...]:
        """The channels of a layer that are switched off, in their order."""
        return tuple(sorted(channel for each, channel in self.channels if each == name))

    def within(self, network: Container[str]) -> Silenced:
        """What of it is about layers that there are in this network."""
        return Silenced(
            frozenset(each for each in self.channels if each[0] in network),
            frozenset(name for name in self.bypassed if name in network),
        )

    def with_channel(self, name: str, channel: int, *, off: bool) -> Silenced:
        """The same with a channel switched off or on."""
        one = {(name, channel)}
        return Silenced(self.channels | one if off else self.channels - one, self.bypassed)

    def with_layer(self, name: str, *, off: bool) -> Silenced:
        """The same with a layer bypassed or in place."""
        return Silenced(self.channels, self.bypassed | {name} if off else self.bypassed - {name})


NOTHING_OFF = Silenced()


def can_be_bypassed(inputs: tuple[Shape | None, ...], output: Shape | None) -> bool:
    """Whether what a layer gets has the shape of what it gives."""
    return len(inputs) == 1 and inputs[0] is not None and inputs[0] == output
