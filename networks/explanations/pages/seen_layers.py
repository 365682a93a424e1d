"""What a layer does with all of its numbers, in plain sentences: one number is only an example of it."""

from __future__ import annotations

from networks.core.message import Message, message, plural
from networks.explanations.core.forms import Curve, Largest, WeightedSum
from networks.explanations.pages.page import Page
from networks.layers.convolution import ConvTranspose2d


def layer_in_words(page: Page) -> tuple[Message, ...]:
    """How often the layer does what the page shows, and what that is good for; nothing of a loss."""
    if page.passed is None:
        return ()
    form, output = page.explanation.form, page.passed.output[0]
    if output.ndim != 3 or output[0].size == 1:
        return _of_vector(form, len(output))
    size = "×".join(map(str, output.shape[1:]))
    if isinstance(form, WeightedSum) and form.weighing == "learned":
        return _of_filters(form, len(output), size, isinstance(page.layer, ConvTranspose2d))
    if isinstance(form, Largest | WeightedSum):
        return (
            message(
                "It goes through every map like this, window by window, and leaves maps of {size}.",
                size=size,
            ),
        )
    if isinstance(form, Curve):
        return (
            message("It does so with each of its {count} numbers, by the same curve.", count=output.size),
        )
    return ()


def _of_filters(form: WeightedSum, count: int, size: str, transposed: bool) -> tuple[Message, ...]:
    drawn = plural(
        "Its {count} filter goes over every spot and draws a map of {size} numbers.",
        "Each of its {count} filters goes over every spot and draws a map of {size} numbers.",
        count=count,
        size=size,
    )
    if transposed or form.values.ndim != 3 or form.values[0].size == 1:
        return (drawn,)
    meaning = message(
        "A map is orange where the spot fits its filter’s weights, and blue where it is the opposite."
    )
    return drawn, meaning


def _of_vector(form: object, count: int) -> tuple[Message, ...]:
    if isinstance(form, WeightedSum) and form.weighing == "learned":
        words = plural(
            "There is {count} unit like this one.",
            "There are {count} units like this one. Each looks at everything that comes in, with weights of "
            "its own.",
            count=count,
        )
        return (words,)
    if isinstance(form, Curve):
        return (message("It does so with each of its {count} numbers, by the same curve.", count=count),)
    return ()
