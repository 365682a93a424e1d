"""Every layer type is trained for a step in every role; what ends the process is reported by name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.networks.strategies import INNER

ROOT = Path(__file__).parents[4]
NAMES = [kind.__name__ for kind in INNER]
PARTS = 3
"""Processes that share the types, since starting torch takes as long as several of them do."""


def judge(which: str, *names: str) -> None:
    """Asserts that nothing ends the process, and that gradients do not depend on the order in memory."""
    given = [sys.executable, "-W", "ignore", "-m", "tests.networks.training.setup.roles", which, *names]
    ended = subprocess.run(given, cwd=ROOT, capture_output=True, text=True)
    lines = ended.stdout.splitlines()
    assert ended.returncode == 0, f"{ended.returncode}: {lines[-1:]}\n{ended.stderr}"
    assert not [line for line in lines if line.startswith("wrong ")]
    assert all(any(line.startswith(f"at {name}{{") for line in lines) for name in names)


@pytest.mark.slow
def test_every_normalization_is_trained_as_the_first_and_behind_a_convolution():
    """Trained and frozen, in both orders in memory, in both modes, with one image and with several.

    Their backward passes are where torch has ended the process; of the others a few stand for all.
    """
    norms = [kind.__name__ for kind in INNER if "Norm" in kind.__name__]
    assert len(norms) > 3
    judge("few", *norms, *[name for name in NAMES if name not in norms][::5])


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_layer_type_is_trained_with_each_parameter_and_behind_each_other_type(part):
    judge("all", *NAMES[part::PARTS])


@pytest.mark.slow
def test_what_ends_the_process_is_named(tmp_path):
    """As without the guard: torch's own backward pass, which a later version may mend."""
    code = (
        "import networks.training.setup.model as model; model.guard_norms = lambda module: None\n"
        "from tests.networks.training.setup import roles; roles.main('few', 'GroupNorm')"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode != 0
    assert "first on (3, 6, 6), 1 images, evaluation, channels last" in ended.stdout.splitlines()[-1]
