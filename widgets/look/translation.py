"""Shows the sentences and texts of `networks` in the user's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from networks.core.message import Message, plural

CONTEXT = "networks"
"""The translation context of all texts that are declared in `networks`: titles, help, units, sentences."""


def said(message: Message) -> str:
    """The sentence in the user's language, with its values filled in."""
    return message.filled(_translated)


def _translated(message: Message) -> str:
    """The template in the user's language."""
    if not message.singular:
        return declared(message.text)
    # a translation has plural forms of its own; where there is none, Qt gives back what was asked for
    found = QCoreApplication.translate(CONTEXT, message.text, None, message.count)
    return message.english if found == message.text else found


def declared(text: str) -> str:
    """A title, help or unit from a declaration in the user's language."""
    return QCoreApplication.translate(CONTEXT, text) if text else ""


def thousands(number: int) -> str:
    """`1 234`, with a narrow no-break space."""
    return f"{number:,}".replace(",", "\u202f")


def short(number: int) -> str:
    """`156`, `48.1 k`, `25.6 M`, `11.5 G`, `53.8 T`: a number to three digits with its unit."""
    rounded = float(f"{number:.3g}")
    for size, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if rounded >= size:
            return f"{rounded / size:g}\u202f{unit}"
    return str(number)


def layers_counted(count: int) -> str:
    """`1 layer`, `13 layers`."""
    return said(plural("{count} layer", "{count} layers", count=count))


def weights_counted(count: int) -> str:
    """`1 weight`, `61 706 weights`."""
    return said(plural("{weights} weight", "{weights} weights", count=count, weights=thousands(count)))
