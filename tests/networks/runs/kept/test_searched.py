"""A file that is searched block by block gives what searching its bytes gives."""

from __future__ import annotations

import io
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from networks.runs.kept import searched
from networks.runs.kept.searched import Searched

FEW = st.binary(max_size=40).map(lambda data: bytes(byte % 3 for byte in data))
WORDS = st.binary(min_size=1, max_size=4).map(lambda data: bytes(byte % 3 for byte in data))


@given(FEW, WORDS, st.integers(0, 45), st.integers(0, 45), st.integers(4, 20))
def test_it_is_searched_like_bytes(data, words, start, end, block):
    with patch.object(searched, "_BLOCK", block), patch.object(searched, "_OVERLAP", 4):
        file = Searched(io.BytesIO(data), len(data))
        assert file.find(words, start) == data.find(words, start)
        assert file.rfind(words, start, end) == data.rfind(words, start, end)
        assert file.rfind(words, 0, end) == data.rfind(words, 0, end)
        assert file[start:end] == data[start:end]
        assert len(file) == len(data)
