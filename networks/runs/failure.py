"""Says in a sentence for the user what went wrong while training."""

from __future__ import annotations

import re
import traceback

from networks.core.message import Message, UserError, message
from networks.runs.events import Failed

_MEMORY = re.compile(
    r"can't allocate memory|cannot allocate memory|out of memory|not enough memory|"
    r"alloc_cpu|CUBLAS_STATUS_ALLOC_FAILED|Storage size calculation overflowed",
    re.IGNORECASE,
)
"""How torch says on its several devices that memory ran out; a RuntimeError, seldom with its own type."""


def explain(error: BaseException, run: str = "") -> Failed:
    """The last event of a run that raised this error: a sentence for the user, and the technical details.

    Holds only text, so that the tensors of the broken step can be freed.
    """
    details = "".join(traceback.format_exception(error))
    return Failed(run, _sentence(error), details)


def _sentence(error: BaseException) -> Message:
    if isinstance(error, UserError):
        return error.reason
    if _is_memory(error):
        return message(
            "There is not enough memory for this training: try a smaller batch size, smaller images or "
            "a network with fewer weights."
        )
    last = str(error).strip().splitlines()
    said = f"{type(error).__name__}: {last[-1].strip()}" if last else type(error).__name__
    return message("Training broke off. The reason that was given: {reason}", reason=said)


def _is_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and bool(_MEMORY.search(str(error)))
