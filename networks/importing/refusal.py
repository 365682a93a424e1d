"""Why a module cannot be shown layer by layer, in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from networks.core.message import Message, UserError, message


class UnshowableError(Exception):
    """Why no layer stands for a call; whoever catches it knows which module makes the call."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


class UnfollowableError(UnshowableError):
    """Forward did what no graph of calls can hold, which is remembered even where forward catches this."""

    _reasons: ContextVar[list[Message] | None] = ContextVar("reasons", default=None)

    def __init__(self, reason: Message) -> None:
        super().__init__(reason)
        reasons = self._reasons.get()
        if reasons is not None:
            reasons.append(reason)

    @classmethod
    @contextmanager
    def remembered(cls) -> Iterator[list[Message]]:
        """The reasons of all that are raised meanwhile in this thread."""
        reasons: list[Message] = []
        before = cls._reasons.set(reasons)
        try:
            yield reasons
        finally:
            cls._reasons.reset(before)


class MisfitError(UnshowableError):
    """A reason that depends on the size of the images, which the sentence must therefore tell."""


class NoLayerError(UnshowableError):
    """There is no layer type for it."""


def refused(where: str, reason: Message) -> UserError:
    """The sentence: which module it is, and why it cannot be a layer."""
    return UserError(
        message("“{where}” cannot be shown layer by layer: {reason}.", where=where, reason=reason)
    )


def no_layer(what: str | Message) -> NoLayerError:
    """For a module or function that no layer type stands for."""
    return NoLayerError(message("there is no layer type for {what}", what=what))


def with_size(error: Exception, size: str) -> Message:
    """A reason that depends on the size of the images."""
    return message("with images of {size}: {reason}", size=size, reason=str(error).rstrip("."))


def in_words(name: str) -> str | Message:
    """What an operator of Python is called in words; a function goes by its name."""
    return _OPERATIONS.get(name.strip("_"), name)


_COMPARISON = message("a comparison")
_OPERATIONS = {
    **dict.fromkeys(("sub", "rsub", "isub"), message("a difference, x − y")),
    **dict.fromkeys(("truediv", "itruediv", "div"), message("a quotient, x / y")),
    **dict.fromkeys(("pow", "ipow"), message("a power")),
    **dict.fromkeys(("matmul", "bmm"), message("a matrix product of two outputs")),
    **dict.fromkeys(("gt", "lt", "ge", "le", "eq", "ne"), _COMPARISON),
}
"""By the names that torch.fx gives them."""


def tried(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The result of a function of torch or of plain arithmetic. Raises UnshowableError where it fails."""
    try:
        return function(*args, **kwargs)
    except (RuntimeError, TypeError, ValueError, IndexError, ArithmeticError) as error:
        raise UnshowableError(message("it does not work ({reason})", reason=first_line(error))) from error


def is_wish_to_stop(error: BaseException) -> bool:
    """Whether somebody wishes to stop the program, by Ctrl+C; whatever else is raised, a forward has raised.

    That includes SystemExit: `sys.exit()` in a forward would end the program without a word.
    """
    return isinstance(error, KeyboardInterrupt)


def first_line(error: BaseException) -> str:
    """What an exception says, as part of a sentence; its kind where it says nothing."""
    kind, text = type(error).__name__, said(error)
    return (text if isinstance(error, Exception) else f"{kind} {text}".strip()) or kind


def said(error: BaseException) -> str:
    """The first line of what an exception says, without a full stop; empty where it says nothing."""
    try:
        text = str(error).strip()
    except Exception:  # noqa: BLE001  # whoever raised it may have written its words as well
        return ""
    return text.splitlines()[0].strip().rstrip(".") if text else ""
