"""Whatever a forward counts in is found, wherever it lies: no branch of a later call stays hidden."""

from __future__ import annotations

import array
import io
import itertools
import logging
import os
import queue
import random
import re
import sys
import threading
import types
from collections import UserList
from contextvars import ContextVar
from functools import lru_cache, partial

import numpy as np
import pytest
import torch
from torch import nn

from networks.core.message import UserError
from networks.importing.importer import imported
from networks.importing.side_effects.reachable import Reachable

torch.set_num_threads(1)

SIZE = (3, 9, 9)
LATER = 60
"""The last judge makes fewer calls than that, so that it alone does not see the branch."""


class Net(nn.Module):
    """A convolution and scores, with a ReLU between them once `counted` has been asked often enough."""

    def __init__(self, state: object = None) -> None:
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 8, 3), nn.Linear(8, 4)
        self.state = state

    def forward(self, x):
        x = self.conv(x)
        return self.fc((torch.relu(x) if self.counted() > LATER else x).mean((2, 3)))

    def counted(self) -> float:
        return 0


class Counter:
    """A plain object that is called, and counts that in itself and in its class."""

    of_all = 0

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> int:
        self.calls += 1
        return self.calls

    def count_for_all(self) -> int:
        Counter.of_all += 1
        return Counter.of_all


class Slotted:
    __slots__ = ("calls",)

    def __init__(self) -> None:
        self.calls = 0


NAMESPACE = types.SimpleNamespace(calls=0)
OWN = types.ModuleType("somebodys_own")
OWN.calls = 0  # type: ignore[attr-defined]


def in_numbers(net: Net) -> float:
    net.state[0] += 1
    return net.state[0]


def in_slots(net: Net) -> float:
    net.state.calls += 1
    return net.state.calls


def in_the_environment(net: Net) -> float:
    os.environ["BACKBONE_TEST_CALLS"] = str(int(os.environ.get("BACKBONE_TEST_CALLS", "0")) + 1)
    return int(os.environ["BACKBONE_TEST_CALLS"])


def in_a_namespace(net: Net) -> float:
    NAMESPACE.calls += 1
    return NAMESPACE.calls


def in_another_module(net: Net) -> float:
    OWN.calls += 1  # type: ignore[attr-defined]
    return OWN.calls  # type: ignore[attr-defined]


def by_the_name_of_the_module(net: Net) -> float:
    here = sys.modules[__name__]
    here.CALLS = getattr(here, "CALLS", 0) + 1  # type: ignore[attr-defined]
    return here.CALLS  # type: ignore[attr-defined]


def in_a_default(net: Net, seen: list[int] = []) -> float:  # noqa: B006
    seen.append(1)
    return len(seen)


def in_a_function(net: Net) -> float:
    in_a_function.calls = getattr(in_a_function, "calls", 0) + 1  # type: ignore[attr-defined]
    return in_a_function.calls  # type: ignore[attr-defined]


def enclosed():
    calls = 0

    def count(net: Net) -> float:
        nonlocal calls
        calls += 1
        return calls

    return count


def appended(seen: list[int]) -> int:
    seen.append(1)
    return len(seen)


VARIABLE: ContextVar[int] = ContextVar("calls", default=0)
OF_THE_THREAD = threading.local()
OF_THE_THREAD.calls = 0


@lru_cache(None)
def remembered(number: int) -> int:
    return number


def in_a_context(net: Net) -> float:
    VARIABLE.set(VARIABLE.get() + 1)
    return VARIABLE.get()


def in_a_thread(net: Net) -> float:
    OF_THE_THREAD.calls += 1
    return OF_THE_THREAD.calls


def in_a_queue(net: Net) -> float:
    net.state.put(1)
    return net.state.qsize()


def in_a_cache(net: Net) -> float:
    remembered(remembered.cache_info().currsize)
    return remembered.cache_info().currsize


def in_a_file(net: Net) -> float:
    net.state.write("x")
    return net.state.tell()


COUNTING = {
    "an array of numpy": (in_numbers, lambda: np.zeros(1)),
    "an array": (in_numbers, lambda: array.array("i", [0])),
    "bytes": (lambda net: appended(net.state), bytearray),
    "numbers of itertools": (lambda net: next(net.state), itertools.count),
    "an iterator": (lambda net: next(net.state), lambda: iter(range(1000))),
    "an iterator of pairs": (lambda net: next(net.state)[0], lambda: enumerate(range(1000))),
    "a generator": (lambda net: next(net.state), lambda: (number for number in range(1000))),
    "random numbers": (lambda net: net.state.randint(0, LATER), lambda: random.Random(0)),
    "random numbers of numpy": (lambda net: net.state.randint(0, LATER), lambda: np.random.RandomState(0)),
    "a callable object": (lambda net: net.state(), Counter),
    "a class elsewhere": (lambda net: net.state.count_for_all(), Counter),
    "a bound method": (lambda net: net.state(), lambda: Counter().count_for_all),
    "a partial function": (lambda net: net.state(), lambda: partial(appended, [])),
    "slots": (in_slots, Slotted),
    "a queue": (in_a_queue, queue.Queue),
    "a simple queue": (in_a_queue, queue.SimpleQueue),
    "a list of another kind": (lambda net: appended(net.state), UserList),
    "a file": (in_a_file, io.StringIO),
    "a cache": (in_a_cache, None),
    "a context": (in_a_context, None),
    "a thread": (in_a_thread, None),
    "a namespace": (in_a_namespace, None),
    "another module": (in_another_module, None),
    "the module by its name": (by_the_name_of_the_module, None),
    "the environment": (in_the_environment, None),
    "a default": (in_a_default, None),
    "a function": (in_a_function, None),
    "an enclosed variable": (enclosed(), None),
}


@pytest.mark.parametrize("place", COUNTING)
def test_a_count_is_found_wherever_it_is_kept(place, monkeypatch):
    monkeypatch.setenv("BACKBONE_TEST_CALLS", "0")
    count, make = COUNTING[place]

    class Counting(Net):
        def counted(self) -> float:
            return count(self)

    with pytest.raises(UserError) as refused:
        imported(Counting(make and make()), SIZE)
    assert re.search("changes “[^”]+” in every call", str(refused.value))


def test_what_stays_the_same_is_no_state():
    """An object that holds itself, a class, the program's modules, a lock, a log, what was remembered."""

    class Odd:
        def __init__(self) -> None:
            self.me, self.kind, self.system, self.deep = self, Odd, sys, [[[[[[[[[[self]]]]]]]]]]
            self.lock, self.log, self.text = threading.Lock(), logging.getLogger("odd"), re.compile("x")

    class Still(Net):
        def counted(self) -> float:
            with self.state.lock:
                self.state.log.debug("called")
            return remembered(len(self.state.deep)) - 1

    imported(Still(Odd()), SIZE)


def test_walking_ends_where_things_hold_each_other():
    here: list[object] = []
    here.append(here)
    walk = Reachable(())
    walk.add("here", here)
    assert walk.walk() == {"here": [("list", "", 1), None]}
