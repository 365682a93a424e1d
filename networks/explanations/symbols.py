"""Formulas without figures, as one line of mathematics; the same in all languages."""

from __future__ import annotations

from networks.explanations.places import Position

_SUBSCRIPTS = str.maketrans("0123456789,", "₀₁₂₃₄₅₆₇₈₉,")


def subscript(number: int) -> str:
    """`₁₄` for 14."""
    return str(number).translate(_SUBSCRIPTS)


def output(at: Position) -> str:
    """`y₁₄(3, 4)` for a pixel, `y₇` for a number of a vector."""
    name = f"y{subscript(at[1])}"
    return f"{name}({', '.join(map(str, at[2:]))})" if len(at) > 2 else name


def offset(start: int, letter: str, step: int) -> str:
    """`3 + 2i`: the row that the kernel's row i lies on."""
    steps = letter if step == 1 else f"{step}{letter}"
    return f"{start} + {steps}" if start >= 0 else f"{steps} − {-start}"


def convolution_symbols(at: Position, starts: tuple[int, int], steps: tuple[int, int], bias: bool) -> str:
    """The sum over channels c, rows i and columns j of a kernel that begins at `starts`."""
    filter = subscript(at[1])
    place = f"{offset(starts[0], 'i', steps[0])}, {offset(starts[1], 'j', steps[1])}"
    first = f"b{filter} + " if bias else ""
    return f"{output(at)} = {first}Σc Σi Σj x_c({place}) · w{filter},c(i, j)"


def transposed_symbols(at: Position, bias: bool) -> str:
    """The sum over channels c and the pixels (r, s) of the input that reach this place."""
    filter = subscript(at[1])
    first = f"b{filter} + " if bias else ""
    return f"{output(at)} = {first}Σc Σr Σs x_c(r, s) · w_c,{filter}(i, j)"
