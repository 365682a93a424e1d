"""A network as PyTorch source that stands alone and reads as if written by hand."""

from __future__ import annotations

from networks.source.text import Source, source

__all__ = ["Source", "source"]
