"""The precisions in which a processor like this one can train."""

from __future__ import annotations

from networks.training.machine.abilities import obstacles

PRECISIONS = ("float32",) if "precision" in obstacles("cpu") else ("float32", "bfloat16")
"""A processor that only imitates bfloat16 is refused."""
