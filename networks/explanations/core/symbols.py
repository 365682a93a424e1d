"""Formulas without figures, as one line of mathematics; the same in all languages."""

from __future__ import annotations

import re

from networks.core.message import Message, message
from networks.explanations.core.places import Position

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


# what the letters stand for

_RAISED = str.maketrans({"ˣ": " x ", "ᶻ": " z "} | dict.fromkeys("²ᵖ⁻ᵢⱼ₀₁₂₃₄₅₆₇₈₉", " "))
_LETTER = re.compile(r"[ΣL]|(?<![^\W\d_])[^\W\d_]\u0302?(?![^\W\d_])")
_MEANINGS: dict[str, Message] = {
    "Σ": message("Σ: the sum of what follows"),
    "L": message("L: the loss"),
    "y": message("y: what leaves the layer here"),
    "x": message("x: what comes in"),
    "w": message("w: a weight"),
    "ŵ": message("ŵ: the weight that is used"),
    "b": message("b: the bias"),
    "z": message("z: what the channel’s neighbours add up to"),
    "g": message("g: the gate"),
    "ε": message("ε: Epsilon, a small number that keeps the divisor above 0"),
    "k": message("k: K, as set in the layer"),
    "n": message("n: Size, as set in the layer"),
    "α": message("α: Alpha, as it is set"),
    "β": message("β: Beta, as it is set"),
    "γ": message("γ: Gamma, as it is set"),
    "a": message("a: the slope below 0"),
    "e": message("e: Euler’s number, 2.718"),
    "p": message("p: a probability"),
    "t": message("t: what should be said"),
    "s": message("s: a score"),
    "c": message("c: the number of the channel"),
    "r": message("r and s: row and column of what comes in"),
    "i": message("i and j: row and column of the weight that meets it"),
}
_GRADIENTS: dict[str, tuple[Message, ...]] = {
    "x": (
        message("∂L/∂x: how fast the loss L changes with x, this number"),
        message("y: what the next layer makes of it"),
        message("∂y/∂x: how fast y changes with x"),
    ),
    "w": (
        message("∂L/∂w: how fast the loss L changes with w, this weight"),
        message("y: what leaves the layer"),
        message("∂y/∂w: how fast y changes with w"),
    ),
    "s": (message("∂L/∂s: how fast the loss L changes with s, this score"),),
}


def letters(formula: str) -> tuple[Message, ...]:
    """What the letters of a formula stand for, in the order in which they come.

    What its sums run over is left out: c, i and j, which `seen_in_sums.legend` tells with their numbers.
    """
    if (gradient := re.search("∂L/∂([xws])", formula)) is not None:
        found = _GRADIENTS[gradient[1]] if "∂y" in formula else _GRADIENTS[gradient[1]][:1]
        return (*found, _MEANINGS["Σ"]) if "Σ" in formula else found
    told = formula.translate(_RAISED)
    counted = set(re.findall(r"Σ(\w)", told)) - {"r"}
    used = [letter for letter in dict.fromkeys(_LETTER.findall(told)) if letter not in counted]
    return tuple(_MEANINGS[letter] for letter in used if letter in _MEANINGS)
