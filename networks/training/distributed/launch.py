"""What torchrun tells each process in its environment: which of how many it is, and where they meet."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from networks.core.message import UserError, message
from networks.runs.kept.process import process_of


class Launch(NamedTuple):
    """Process `rank` of `ranks`, which is the process `local_rank` of `local_ranks` on its machine.

    They meet at `host` and `port`. `restarts` says how often all of them were started anew after one had
    died, and `id` is the same for all processes of one start of torchrun, and no others.
    """

    rank: int
    ranks: int
    local_rank: int
    local_ranks: int
    host: str
    port: int
    restarts: int = 0
    id: str = ""

    @property
    def one_machine(self) -> bool:
        """Whether all processes run on this machine."""
        return self.local_ranks == self.ranks


def launch_of(environment: Mapping[str, str] = os.environ) -> Launch | None:
    """How this process was started; None where it trains by itself. Raises UserError if unclear."""
    if not environment.get("RANK") and not environment.get("WORLD_SIZE"):
        return None
    needed = ["RANK", "WORLD_SIZE"]
    if environment.get("WORLD_SIZE") != "1":
        needed += ["MASTER_ADDR", "MASTER_PORT"]
    for name in needed:
        if not environment.get(name):
            raise UserError(
                message(
                    "Expected {names} in the environment, as torchrun sets them, got no {name}: start all "
                    "processes with torchrun, or remove RANK and WORLD_SIZE to train in one.",
                    names=", ".join(needed),
                    name=name,
                )
            )
    ranks = _number(environment, "WORLD_SIZE", 1)
    rank = _number(environment, "RANK", 0, ranks - 1)
    # without torchrun, the processes may be on as many machines
    local_ranks = _number(environment, "LOCAL_WORLD_SIZE", 1, ranks, default=1)
    local_rank = _number(environment, "LOCAL_RANK", 0, local_ranks - 1, default=0)
    run = environment.get("TORCHELASTIC_RUN_ID", "none")
    return Launch(
        rank,
        ranks,
        local_rank,
        local_ranks,
        environment.get("MASTER_ADDR", ""),
        _number(environment, "MASTER_PORT", 0, 65_535, default=0),
        _number(environment, "TORCHELASTIC_RESTART_COUNT", 0, default=0),
        # not every way of meeting has a name; then it is the torchrun that started this process
        run if run != "none" else _words(os.getppid()),
    )


def _words(pid: int) -> str:
    process = process_of(pid)
    return f"{process.host} {process.pid} {process.since}"


def _number(
    environment: Mapping[str, str], name: str, low: int, high: int = 2**31, default: int | None = None
) -> int:
    text = environment.get(name) or (None if default is None else str(default))
    if text is None or not (text.isascii() and text.isdecimal()) or not low <= int(text) <= high:
        raise UserError(
            message(
                "Expected a whole number from {low} to {high} as {name} in the environment, got “{text}”.",
                low=low,
                high=high,
                name=name,
                text=text or "",
            )
        )
    return int(text)
