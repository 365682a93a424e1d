"""Whatever breaks becomes a sentence, and holds on to nothing."""

from __future__ import annotations

import gc
import weakref

import msgspec
import pytest
import torch

from networks.core.message import UserError, message
from networks.runs.failure import explain


def _raised(function) -> BaseException:
    with pytest.raises(RuntimeError) as caught:
        function()
    return caught.value


def test_memory_that_torch_does_not_get():
    failed = explain(_raised(lambda: torch.empty(2**58, dtype=torch.uint8)))
    assert "not enough memory" in str(failed.message)
    assert "smaller batch size" in str(failed.message)
    assert "torch.empty" in failed.details


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
        RuntimeError("MPS backend out of memory (MPS allocated: 18.13 GB)"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:121] . DefaultCPUAllocator: can't allocate memory: you"),
    ],
)
def test_memory_of_other_devices(error):
    assert "not enough memory" in str(explain(error).message)


def test_a_sentence_for_the_user_is_kept():
    reason = message("Expected {count} of them.", count=3)
    assert explain(UserError(reason)).message == reason


def test_everything_else_gives_its_own_last_line_and_the_traceback():
    failed = explain(_raised(lambda: torch.ones(2, 3) @ torch.ones(2, 3)))
    assert "mat1 and mat2 shapes cannot be multiplied" in str(failed.message)
    assert "RuntimeError" in str(failed.message)
    assert "Traceback" in failed.details
    assert str(explain(KeyboardInterrupt()).message).endswith("KeyboardInterrupt")
    assert "last of them" in str(explain(ValueError("first\n\n  last of them \n")).message)


def test_braces_in_an_error_are_no_gaps():
    assert "{x}" in str(explain(ValueError("{x}")).message)


def test_it_is_plain_text_and_lets_the_tensors_go():
    def broken() -> None:
        large = torch.ones(1000)
        kept.append(weakref.ref(large))
        raise RuntimeError("broken")

    kept: list[weakref.ref[torch.Tensor]] = []
    gc.disable()
    try:
        try:
            broken()
        except RuntimeError as error:
            failed = explain(error)
        assert kept[0]() is None
    finally:
        gc.enable()
    assert msgspec.json.decode(msgspec.json.encode(failed), type=type(failed)) == failed
