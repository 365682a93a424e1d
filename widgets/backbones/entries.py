"""What the menu of backbones offers, presets and models to import: their texts, and how they are searched."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor

from networks.presets.base import Paper, Preset, PresetKind
from widgets.look import theme
from widgets.look.translation import declared


class Importable(msgspec.Struct, frozen=True):
    """A model that is built elsewhere and becomes a network by tracing; until then it has no figures."""

    name: str
    """The name to import it by, such as `convnext_tiny`."""
    title: str
    """The name that people know, such as `ConvNeXt-Tiny`."""
    paper: Paper
    why: str
    """One to three sentences of why it mattered."""


Entry = Preset | Importable


def title(entry: Entry) -> str:
    """The name in the list."""
    return entry.title if isinstance(entry, Importable) else declared(entry.name)


def badge(entry: Entry) -> str:
    """A word or two beside the name that say which kind of preset it is."""
    translate = QCoreApplication.translate
    if isinstance(entry, Importable):
        return ""
    words: dict[PresetKind, str] = {
        "standard": translate("Backbones", "standard"),
        "published": translate("Backbones", "as published"),
        "small": translate("Backbones", "small images"),
    }
    return words[entry.kind]


def badge_help(entry: Preset) -> str:
    """What the kind means, as a sentence."""
    translate = QCoreApplication.translate
    words: dict[PresetKind, str] = {
        "standard": translate("Backbones", "At the paper’s size, equal to torchvision’s."),
        "published": translate("Backbones", "As in the paper, if that differs from what is usual now."),
        "small": translate("Backbones", "For small images; trains on a laptop."),
    }
    return words[entry.kind]


def badge_color(entry: Entry, colors: theme.Colors) -> QColor:
    """The colour of the kind."""
    if isinstance(entry, Importable):
        return QColor(colors.text_dim)
    kinds: dict[PresetKind, str] = {
        "standard": colors.text_dim,
        "published": colors.warning,
        "small": colors.success,
    }
    return QColor(kinds[entry.kind])


def rank(entry: Entry, words: str) -> int | None:
    """How well an entry matches the words of a search, 0 is best; None if one of the words is not found.

    Hyphens and spaces in names do not matter: `resnet50` finds ResNet-50.
    """
    wanted = words.casefold().split()
    paper = entry.paper
    name, rest = f"{title(entry)} {entry.name}", f"{paper.authors} {paper.year} {paper.title}"
    if isinstance(entry, Preset):
        name, rest = f"{name} {entry.torchvision}", f"{entry.family} {badge(entry)} {rest}"
    rest = rest.casefold()
    plain = _squeezed(name)
    if not all(_squeezed(word) in plain or word in rest for word in wanted):
        return None
    whole = _squeezed(words)
    if plain.startswith(whole):
        return 0 if _squeezed(title(entry)) == whole else 1
    return 2 if whole in plain else 3


def _squeezed(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
