"""The processes that train one run together: how they meet, agree, and notice that one is gone."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, TypeVar
from zlib import crc32

import torch
import torch.distributed as dist
from torch._C._distributed_c10d import HashStore, PrefixStore, Store, TCPStore

from networks.core.message import UserError, message
from networks.training.distributed.launch import Launch
from networks.training.distributed.norms import Attendance

MEETING = timedelta(minutes=5)
"""For how long the first processes wait for the others."""
WAITING = timedelta(minutes=30)
"""For how long a process waits for what another computes."""
LEAVING = timedelta(minutes=1)
"""For how long a process that is done waits for the others to be."""
_GONE = re.compile(
    r"connection (closed|reset|refused)|broken pipe|socket|gloo|nccl|remote process|peer|timed? ?out", re.I
)
"""What torch says, among other things, where another process is gone; a RuntimeError of several kinds."""

Told = TypeVar("Told")


class Ranks:
    """All processes of a run, seen from one of them. With a single one, nothing is sent anywhere."""

    def __init__(self, launch: Launch, store: Store) -> None:
        self.launch, self._store = launch, store
        self._agreements = 0
        self._control: dist.ProcessGroup | None = None
        """Connects the processors where the other group connects GPUs."""
        self.attendance = Attendance()
        self.stop_wished = False
        """Whether this process shall stop; set by whoever catches a signal."""
        self.stop_agreed = False
        """Whether all of them stop after the step that is being made: one has wished so."""

    @property
    def rank(self) -> int:
        """The number of this process among all, from 0 on; the first one keeps the run."""
        return self.launch.rank

    @property
    def count(self) -> int:
        return self.launch.ranks

    @property
    def first(self) -> bool:
        """Whether this process writes files and tells what happens."""
        return self.rank == 0

    def agree(self, **facts: str) -> None:
        """Raises UserError where these facts are not the same in all processes. Called by all of them."""
        self._agreements += 1
        key = f"facts {self._agreements}"
        self._store.set(f"{key} {self.rank}", json.dumps(facts))
        of_first = json.loads(self._store.get(f"{key} 0"))
        for rank in range(1, self.count):
            theirs = json.loads(self._store.get(f"{key} {rank}"))
            for name, value in of_first.items():
                if theirs.get(name) != value:
                    raise UserError(
                        message(
                            "Expected all processes to have the same {what}, got “{one}” in process 0 and "
                            "“{other}” in process {rank}.",
                            what=message(name.replace("_", " ")),
                            one=value,
                            other=str(theirs.get(name)),
                            rank=rank,
                        )
                    )

    def hear(self, text: str) -> str:
        """What the first process says, before they are connected. Called by all of them."""
        self._agreements += 1
        key = f"said {self._agreements}"
        if self.first:
            self._store.set(key, text)
        return self._store.get(key).decode()

    @contextmanager
    def one_machine_first(self) -> Iterator[None]:
        """On each machine, one process does this before the others, such as fetching a data set."""
        self._agreements += 1
        key = f"done {self._agreements} on {socket.gethostname()}"
        if self.launch.local_rank and self.launch.local_ranks > 1:
            self._store.wait([key], WAITING)
        try:
            yield
        finally:
            self._store.set(key, "done")

    def tells(self, sentence: str) -> bool:
        """Whether this process is the one that tells this; each sentence is told once."""
        with suppress(RuntimeError):
            return bool(self._store.add(f"told {crc32(sentence.encode())}", 1) == 1)
        # nobody can be asked any more
        return True

    def connect(self, device: torch.device) -> None:
        """Connects all processes, so that they can compute together. Raises UserError."""
        backend = "nccl" if device.type == "cuda" else "gloo"
        options: dict[str, Any] = {"device_id": device} if device.type == "cuda" else {}
        try:
            dist.init_process_group(
                backend,
                store=PrefixStore("backbone", self._store),
                rank=self.rank,
                world_size=self.count,
                timeout=WAITING,
                **options,
            )
            if backend != "gloo":
                self._control = dist.new_group(backend="gloo", timeout=WAITING)
        except (RuntimeError, ValueError) as error:
            raise UserError(
                message(
                    "The processes of this training were not connected: {reason}.", reason=_in_a_line(error)
                )
            ) from error

    def leave(self) -> None:
        """Waits until all have done their work, so that nobody misses what another one still has to send."""
        with suppress(RuntimeError):
            self._store.set(f"left {self.rank}", "yes")
            self._store.wait([f"left {rank}" for rank in range(self.count)], LEAVING)

    def agree_to_stop(self) -> None:
        """Finds out whether one of them wishes to stop; called by all of them before the same step."""
        wish = torch.tensor([float(self.stop_wished)])
        dist.all_reduce(wish, dist.ReduceOp.MAX, group=self._control)
        self.stop_agreed = bool(wish.item())

    def of_each(self, own: Told) -> list[Told]:
        """What each of them has given, in their order."""
        found: list[Any] = [None] * self.count
        dist.all_gather_object(found, own, group=self._control)
        return found

    def of_first(self, own: Told) -> Told:
        """What the first of them has given."""
        found: list[Any] = [own]
        dist.broadcast_object_list(found, src=0, group=self._control)
        result: Told = found[0]
        return result

    def sum_up(self, totals: Mapping[str, tuple[float, int]]) -> dict[str, tuple[float, int]]:
        """Sums and counts over all of them: the same numbers in each, whichever it is."""
        found: dict[str, tuple[float, int]] = {}
        for theirs in self.of_each(dict(totals)):
            for name, (amount, count) in theirs.items():
                total, of = found.get(name, (0.0, 0))
                found[name] = total + amount, of + count
        return found

    def average(self, tensors: list[torch.Tensor]) -> None:
        """Brings tensors to their mean over all processes whose images count in this step."""
        if not tensors:
            return
        weight = float(self.attendance.counts)
        flat = torch.cat([*(each.flatten() * weight for each in tensors), tensors[0].new_tensor([weight])])
        dist.all_reduce(flat)
        flat /= flat[-1].clone()
        start = 0
        for each in tensors:
            each.copy_(flat[start : start + each.numel()].view_as(each))
            start += each.numel()


def meet(launch: Launch) -> Ranks:
    """Waits until all processes are there. Raises UserError where they are not."""
    if launch.ranks == 1:
        return Ranks(launch, HashStore())
    host = launch.host
    if launch.one_machine:
        # machines without a network have no other way to themselves
        host = "127.0.0.1"
        _use_loopback()
    # torchrun holds the store itself, so that it outlives each of its processes
    holds = launch.rank == 0 and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") != "True"
    try:
        store: Store = TCPStore(
            host, launch.port, launch.ranks, holds, MEETING, wait_for_workers=False, multi_tenant=True
        )
        store = PrefixStore(f"backbone {launch.restarts}", store)
        store.set(f"here {launch.rank}", "yes")
        store.wait([f"here {rank}" for rank in range(launch.ranks)], MEETING)
    except (RuntimeError, ValueError) as error:
        raise UserError(
            message(
                "Process {rank} of {count} has not met all others at {host}, port {port}: {reason}.",
                rank=launch.rank,
                count=launch.ranks,
                host=host,
                port=launch.port,
                reason=_in_a_line(error),
            )
        ) from error
    return Ranks(launch, store)


def is_gone(error: BaseException) -> bool:
    """Whether this was raised because another process of the run has ended."""
    if isinstance(error, dist.DistError):
        return True
    return isinstance(error, RuntimeError) and bool(_GONE.search(str(error)))


def _use_loopback() -> None:
    """Lets processes of one machine speak through it alone, unless the environment says otherwise."""
    names = {name for _, name in socket.if_nameindex()}
    for name in ("lo", "lo0"):
        if name in names:
            os.environ.setdefault("GLOO_SOCKET_IFNAME", name)


def _in_a_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rstrip(".") if lines else type(error).__name__
