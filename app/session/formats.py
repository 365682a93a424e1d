"""The formats that a project is exported in, by the ending of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from networks.core.message import UserError, message

Content = Literal["source", "onnx", "weights", "picture"]


class Format(msgspec.Struct, frozen=True):
    """A kind of file: what it holds of a project, and how it is known by name."""

    content: Content
    title: str
    """A name, the same in all languages."""
    endings: tuple[str, ...]
    """In lower case; the first one is proposed."""


FORMATS = (
    Format("source", "Python", (".py",)),
    Format("onnx", "ONNX", (".onnx",)),
    Format("weights", "safetensors", (".safetensors",)),
    Format("picture", "SVG", (".svg",)),
    Format("picture", "PDF", (".pdf",)),
    Format("picture", "PNG", (".png",)),
    Format("picture", "JPEG", (".jpg", ".jpeg")),
    Format("picture", "WebP", (".webp",)),
)


def formats(content: Content) -> tuple[Format, ...]:
    """The formats that can hold this; the first one is proposed."""
    return tuple(form for form in FORMATS if form.content == content)


def endings(*contents: Content) -> tuple[str, ...]:
    """All endings of files that hold one of these."""
    return tuple(ending for form in FORMATS if form.content in contents for ending in form.endings)


def format_of(path: Path, *contents: Content) -> Format:
    """The format that the file's name asks for.

    Raises UserError if no file with such a name can hold one of `contents`: a file always is what
    its name says.
    """
    ending = path.suffix.lower()
    for form in FORMATS:
        if form.content in contents and ending in form.endings:
            return form
    raise UserError(
        message(
            "Expected a file that ends in {endings}, got “{path}”.",
            endings=", ".join(endings(*contents)),
            path=str(path),
        )
    )
