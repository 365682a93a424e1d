"""Prints lines in the terminal, escaping what it would obey: names may come from strangers."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO

from networks.core.message import UserError, message, visible_lines
from networks.core.storage import why_not_written


def print_lines(text: str, stream: TextIO | None = None) -> None:
    """Prints to `stream`, by default stdout, and flushes.

    Raises BrokenPipeError where nobody reads stdout any more, and UserError where it cannot be written, as in
    a file on a full disk. Of a stream beside stdout nothing can be said where it fails.
    """
    place = stream or sys.stdout
    try:
        print(visible_lines(text), file=place, flush=True)
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:  # a stream that is closed raises ValueError
        if place is not sys.stdout:
            return
        _leave(place)
        reason = why_not_written(error) if isinstance(error, OSError) else message("it is closed")
        raise UserError(message("What is printed here was not written: {reason}.", reason=reason)) from error


def _leave(stream: TextIO) -> None:
    """Lets go of what could not be written: Python would try it again on exit, and complain."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
