"""What is wrong with a JSON text, whatever it is about."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from networks.project.file_problem import duplicate

KEYS = st.sampled_from(["a", "b", "é", "\t", "{", "\\", '"']) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=3
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | KEYS.map(lambda text: ("text", text))
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda items: ("list", items))
        | st.lists(st.tuples(KEYS, inner), max_size=4).map(lambda pairs: ("object", pairs))
    ),
    max_leaves=12,
)


def written(tree, *, escaped):
    """The text of a tree, in which an object may have a key twice."""
    match tree:
        case ("text", text):
            return json.dumps(text, ensure_ascii=escaped)
        case ("list", items):
            return f"[{', '.join(written(item, escaped=escaped) for item in items)}]"
        case ("object", pairs):
            # of keys that are equal, every second one is written otherwise
            inside = (
                f"{json.dumps(key, ensure_ascii=escaped ^ (at % 2 == 1))}: {written(value, escaped=escaped)}"
                for at, (key, value) in enumerate(pairs)
            )
            return f"{{{', '.join(inside)}}}"
    return json.dumps(tree)


def repeats(tree):
    match tree:
        case ("list", items):
            return any(map(repeats, items))
        case ("object", pairs):
            keys = [key for key, _ in pairs]
            return len(set(keys)) < len(keys) or any(repeats(value) for _, value in pairs)
    return False


@given(TREES, st.booleans())
@example(("object", [("é", 1), ("é", 2)]), True)
@example(("object", [("a", float("nan")), ("b", 10**400)]), False)
def test_a_key_that_stands_twice_is_found_and_no_other(tree, escaped):
    assert (duplicate(written(tree, escaped=escaped)) is not None) == repeats(tree)
