"""A network as the source of a stand-alone module of PyTorch, such as a person would write it."""

from __future__ import annotations

from networks.source.text import Source, source

__all__ = ["Source", "source"]
