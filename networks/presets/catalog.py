"""Every preset, in the order of the menu."""

from __future__ import annotations

from networks.presets import alexnet, googlenet, lenet, resnet, vgg
from networks.presets.base import Preset

PRESETS: tuple[Preset, ...] = (
    *lenet.PRESETS,
    *alexnet.PRESETS,
    *vgg.PRESETS,
    *googlenet.PRESETS,
    *resnet.PRESETS,
)


def families() -> dict[str, tuple[Preset, ...]]:
    """The presets by heading, in the order of the menu."""
    found: dict[str, list[Preset]] = {}
    for preset in PRESETS:
        found.setdefault(preset.family, []).append(preset)
    return {family: tuple(presets) for family, presets in found.items()}
