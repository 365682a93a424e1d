"""Trains projects in several processes of this machine that meet without torchrun; each is a fork.

Started as a program of its own, `python -m tests.networks.training.distributed.processes N FOLDER`: trains
every project in the folder with N processes, and writes beside it the weights that each process has learned,
and what was measured. torch is imported once.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from networks.project.project import read_project
from networks.runs.events import Stepped, Validated
from networks.training.distributed.launch import launch_of
from networks.training.distributed.ranks import meet
from networks.training.engine.run import Run

KINDS = ("gradient", "weight")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def measured(event: Stepped | Validated) -> dict[str, float]:
    """All numbers of an event, those of the gradient at each layer included."""
    if isinstance(event, Stepped) or event.flow is None:
        return event.values
    flow = {
        f"{layer.name} {kind}": getattr(layer.pull, kind) for layer in event.flow.layers for kind in KINDS
    }
    return event.values | flow


def train(rank: int, ranks: int, port: int, folder: Path) -> None:
    environment = {
        "RANK": str(rank),
        "WORLD_SIZE": str(ranks),
        "LOCAL_RANK": str(rank),
        "LOCAL_WORLD_SIZE": str(ranks),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }
    launch = launch_of(environment)
    assert launch is not None
    together = meet(launch)
    together.connect(torch.device("cpu"))
    for path in sorted(folder.glob("*.json")):
        run = Run(read_project(path), ranks=together)
        events = list(run.train())
        told = [measured(event) for event in events if isinstance(event, Stepped | Validated)]
        judged = run.judgements["last"]
        weights = run.weights("averaged") if run.state.averaged is not None else {}
        save_file(
            {name: each.contiguous() for name, each in run.weights().items()}
            | {f"averaged {name}": each.contiguous() for name, each in weights.items()}
            | {"answers": torch.from_numpy(judged.answers), "images": torch.from_numpy(judged.images)},
            folder / f"{path.stem}.{rank}.safetensors",
        )
        (folder / f"{path.stem}.{rank}.told").write_text(
            json.dumps([told, str(events[-1].message), getattr(events[-1], "details", "")])
        )
    together.leave()


def fork(rank: int, ranks: int, port: int, folder: Path) -> int:
    if child := os.fork():
        return child
    try:
        train(rank, ranks, port, folder)
        os._exit(0)
    except BaseException:  # noqa: BLE001  the parent must hear of it
        sys.excepthook(*sys.exc_info())
        os._exit(1)


if __name__ == "__main__":
    count, place = int(sys.argv[1]), Path(sys.argv[2])
    meeting = free_port()
    children = [fork(rank, count, meeting, place) for rank in range(count)]
    sys.exit(any(os.waitpid(child, 0)[1] for child in children))
