"""How much memory there is, also where a container allows less than the computer has."""

from __future__ import annotations

import pytest

from networks.core.machine_memory import total_memory


@pytest.mark.parametrize("file", ["memory.max", "memory/memory.limit_in_bytes"])
def test_a_container_that_allows_less_is_believed(tmp_path, file):
    whole = total_memory(tmp_path / "nothing")
    assert whole > 2**28
    limit = tmp_path / "sys/fs/cgroup" / file
    limit.parent.mkdir(parents=True)
    limit.write_text("1000000\n")
    assert total_memory(tmp_path) == 1_000_000


def test_a_container_that_allows_everything_changes_nothing(tmp_path):
    limit = tmp_path / "sys/fs/cgroup/memory.max"
    limit.parent.mkdir(parents=True)
    limit.write_text("max\n")
    assert total_memory(tmp_path) == total_memory(tmp_path / "nothing")
