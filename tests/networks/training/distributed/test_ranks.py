"""Processes find out what they do not have in common, and say so before they train."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch._C._distributed_c10d import HashStore
from torch.distributed import DistBackendError

from networks.core.message import UserError, message
from networks.training.devices import device
from networks.training.distributed.launch import Launch
from networks.training.distributed.ranks import Ranks, is_gone


def in_each(count, work):
    """What this gives in each of several processes, here threads, which share a store."""
    store = HashStore()
    ranks = [Ranks(Launch(rank, count, rank, count, "here", 1), store) for rank in range(count)]
    with ThreadPoolExecutor(count) as pool:
        return [each.exception() or each.result() for each in [pool.submit(work, each) for each in ranks]]


def test_those_that_are_alike_agree():
    assert in_each(3, lambda ranks: ranks.agree(PyTorch="2.13", project="1a2b")) == [None] * 3


def test_all_say_in_what_one_differs():
    def work(ranks):
        ranks.agree(PyTorch="2.13")
        ranks.agree(PyTorch="2.13", project="other" if ranks.rank == 2 else "same")

    sentences = {str(error) for error in in_each(3, work)}
    assert sentences == {
        "Expected all processes to have the same project, got “same” in process 0 and “other” in process 2."
    }


def test_a_sentence_is_told_by_one_of_them():
    assert sorted(in_each(4, lambda ranks: ranks.tells("There are no pictures."))) == [False] * 3 + [True]


def test_all_hear_what_the_first_says():
    assert in_each(3, lambda ranks: ranks.hear(f"by {ranks.rank}")) == ["by 0"] * 3


def test_one_does_what_is_to_be_done_once_before_the_others():
    begun = []

    def work(ranks):
        with ranks.one_machine_first():
            begun.append(ranks.rank)
            if ranks.first:
                # the others must not wait for ever where it fails
                raise KeyError

    assert isinstance(in_each(3, work)[0], KeyError)
    assert begun[0] == 0
    assert sorted(begun) == [0, 1, 2]


def test_an_error_of_the_connection_is_no_error_of_the_network():
    lost = "[../third_party/gloo/gloo/transport/tcp/pair.cc:553] Connection closed by peer [127.0.0.1]:41378"
    assert is_gone(RuntimeError(lost))
    assert is_gone(DistBackendError("NCCL communicator was aborted on rank 0."))
    assert not is_gone(RuntimeError("mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"))
    assert not is_gone(RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"))
    assert not is_gone(UserError(message("The connection was closed.")))


def test_a_machine_without_so_many_gpus_says_so(monkeypatch):
    monkeypatch.setattr("networks.training.devices.devices", lambda: ("cpu", "cuda"))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert device("cpu", 1) == torch.device("cpu")
    with pytest.raises(UserError, match="got 1 for process 2: start as many as there are GPUs"):
        device("cuda", 1)
