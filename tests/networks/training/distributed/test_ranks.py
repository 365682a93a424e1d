"""Processes find out what they do not have in common, and say so before they train."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch._C._distributed_c10d import HashStore
from torch.distributed import DistBackendError

from networks.core.message import UserError, message
from networks.training.distributed.launch import Launch
from networks.training.distributed.ranks import Ranks, is_gone
from networks.training.machine.devices import RandomNumbers, device, is_done, seed_random


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
    monkeypatch.setattr("networks.training.machine.devices.devices", lambda: ("cpu", "cuda"))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert device("cpu", 1) == torch.device("cpu")
    with pytest.raises(UserError, match="got 1 for process 2: start as many as there are GPUs"):
        device("cuda", 1)


def test_each_process_has_a_gpu_with_its_number(monkeypatch):
    """NCCL refuses a device without one, also that of the first process."""
    chosen = []
    monkeypatch.setattr("networks.training.machine.devices.devices", lambda: ("cpu", "cuda"))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    assert [device("cuda", number) for number in (0, 1)] == [torch.device("cuda", 0), torch.device("cuda", 1)]
    assert chosen == [0, 1]
    # one that trains alone leaves the choice to torch, and to CUDA_VISIBLE_DEVICES
    assert device("cuda") == torch.device("cuda")


@pytest.mark.parametrize("rank", [0, 1])
def test_gpus_are_connected_by_nccl_and_processors_beside_it(monkeypatch, rank):
    begun = {}
    monkeypatch.setattr(
        torch.distributed, "init_process_group", lambda *kind, **options: begun.update(options)
    )
    monkeypatch.setattr(torch.distributed, "new_group", lambda **options: options["backend"])
    monkeypatch.setattr("networks.training.machine.devices.devices", lambda: ("cpu", "cuda"))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", lambda number: None)
    ranks = Ranks(Launch(rank, 2, rank, 2, "here", 1), HashStore())
    ranks.connect(device("cuda", rank))
    assert begun["device_id"].index == rank
    assert ranks._control == "gloo"


class Work:
    """What a GPU has been asked for: it is done after so many questions."""

    def __init__(self, questions):
        self.questions = questions

    def record(self, stream):
        pass

    def query(self):
        self.questions -= 1
        return self.questions < 0


@pytest.mark.parametrize(
    ("questions", "seconds", "done"), [(0, 0.0, True), (3, 60.0, True), (10**9, 0.05, False)]
)
def test_a_gpu_that_waits_for_one_that_is_gone_is_not_waited_for(monkeypatch, questions, seconds, done):
    monkeypatch.setattr(torch.cuda, "Event", lambda: Work(questions))
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: None)
    assert is_done(torch.device("cuda", 0), seconds) is done
    assert is_done(torch.device("cpu"), 0.0)


def test_on_a_gpu_sums_are_added_in_the_same_order_each_time(monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", False)
    monkeypatch.setattr("networks.training.machine.devices.devices", lambda: ("cpu", "cuda"))
    device("cpu")
    assert not torch.backends.cudnn.deterministic
    device("cuda")
    assert torch.backends.cudnn.deterministic


class Gpu:
    """What torch knows of one GPU: where its random numbers stand."""

    def __init__(self):
        self.state = torch.Generator().manual_seed(5).get_state()


def test_random_numbers_are_those_of_the_gpu_that_trains(monkeypatch):
    """Not of the one that is the current one of the thread."""
    here = [Gpu(), Gpu()]
    current = [0]

    class Chosen:
        def __init__(self, chosen):
            self.number = chosen.index

        def __enter__(self):
            self.before, current[0] = current[0], self.number

        def __exit__(self, *raised):
            current[0] = self.before

    def seed(number):
        here[current[0]].state = torch.Generator().manual_seed(number).get_state()

    monkeypatch.setattr(torch.cuda, "device", Chosen)
    monkeypatch.setattr(torch.cuda, "manual_seed", seed)
    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda device: here[device.index].state.clone())
    monkeypatch.setattr(
        torch.cuda, "set_rng_state", lambda state, device: setattr(here[device.index], "state", state)
    )
    outside = [gpu.state.clone() for gpu in here]
    numbers = RandomNumbers(torch.device("cuda", 1), 7)
    assert torch.equal(numbers.state[1], torch.Generator().manual_seed(7).get_state())
    assert all(torch.equal(gpu.state, before) for gpu, before in zip(here, outside, strict=True))
    with numbers:
        assert torch.equal(here[1].state, numbers.state[1])
        assert torch.equal(here[0].state, outside[0])
        seed_random(torch.device("cuda", 1), 9)
    assert torch.equal(numbers.state[1], torch.Generator().manual_seed(9).get_state())
    assert torch.equal(here[1].state, outside[1])
