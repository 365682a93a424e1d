"""A file arrives complete and with the right hash, or not at all, with one sentence on what went wrong."""

from __future__ import annotations

import errno
import os
import socket
import ssl
import urllib.error
import urllib.request

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.core import download
from networks.core.download import fetch
from networks.core.message import UserError
from tests.networks.core.local_server import BODY, SHA256, serving


def on_and_on(done, total):
    return True


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with serving() as server:
        yield server


@pytest.fixture
def target(tmp_path):
    return tmp_path / "hub" / "checkpoints" / "fake.pth"


def refused(url, target, sha256=SHA256[:8]):
    """The sentence of the refusal. Asserts that nothing is left behind."""
    with pytest.raises(UserError) as caught:
        fetch(url, target, sha256, on_and_on)
    assert not target.parent.exists() or os.listdir(target.parent) == []
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_a_file_arrives_with_its_folder_and_progress_is_told(server, target):
    told = []

    def progress(done, total):
        told.append((done, total))
        return True

    assert fetch(server.address + "a.pth", target, SHA256[:8], progress)
    assert target.read_bytes() == BODY
    assert os.listdir(target.parent) == [target.name]
    assert told[0] == (0, 0)
    assert told[-1] == (len(BODY), len(BODY))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert server.asked == ["/a.pth"]


def test_a_file_with_the_right_hash_is_not_fetched_again(server, target):
    target.parent.mkdir(parents=True)
    target.write_bytes(BODY)
    assert fetch(server.address, target, SHA256[:8], on_and_on)
    assert server.asked == []


def test_a_damaged_file_is_fetched_again(server, target):
    target.parent.mkdir(parents=True)
    target.write_bytes(BODY[:-1])
    assert fetch(server.address, target, SHA256[:8], on_and_on)
    assert target.read_bytes() == BODY


def test_a_server_that_does_not_say_how_much_comes(server, target):
    server.promised = -1
    told = []
    assert fetch(server.address, target, SHA256[:8], lambda done, total: told.append(total) or True)
    assert set(told) == {0}
    assert target.read_bytes() == BODY


@settings(max_examples=12)
@given(st.integers(0, 9))
def test_cancelling_anywhere_leaves_what_was_there(tmp_path_factory, after):
    target = tmp_path_factory.mktemp("cancelled") / "fake.pth"
    target.write_bytes(b"older")
    calls = []

    def progress(done, total):
        calls.append(done)
        return len(calls) <= after

    with pytest.MonkeyPatch.context() as patch, serving() as server:
        patch.setenv("no_proxy", "*")
        whole = fetch(server.address, target, SHA256[:8], progress)
    assert whole == (len(calls) <= after)
    assert target.read_bytes() == (BODY if whole else b"older")
    assert os.listdir(target.parent) == [target.name]
    assert len(calls) <= after + 1


def test_another_content_is_thrown_away(server, target):
    sentence = refused(server.address, target, "00000000")
    assert f"begins with 00000000, got {SHA256[:8]}" in sentence


@pytest.mark.parametrize(("status", "words"), [(404, "Not Found"), (500, "Internal Server Error")])
def test_an_answer_other_than_the_file(server, target, status, words):
    server.status = status
    assert f"got the answer “{status} {words}”" in refused(server.address, target)


def test_nobody_answers(target):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    sentence = refused(f"http://127.0.0.1:{port}/", target)
    assert sentence == f"There is no connection to 127.0.0.1:{port}: go online, or try again later."


def test_offline_the_name_is_not_found(target, monkeypatch):
    def offline(*_, **__):
        raise urllib.error.URLError(socket.gaierror(-3, "Temporary failure in name resolution"))

    monkeypatch.setattr(urllib.request, "urlopen", offline)
    sentence = refused("https://download.pytorch.org/models/a.pth", target)
    assert sentence == "There is no connection to download.pytorch.org: go online, or try again later."


def test_a_certificate_that_is_not_right(target, monkeypatch):
    def unsafe(*_, **__):
        raise urllib.error.URLError(ssl.SSLCertVerificationError("certificate has expired"))

    monkeypatch.setattr(urllib.request, "urlopen", unsafe)
    assert "is not secure" in refused("https://download.pytorch.org/a.pth", target)


@pytest.mark.parametrize("promised", [len(BODY) + 1, 10 * len(BODY)])
def test_a_body_that_is_cut_off(server, target, promised):
    server.promised = promised
    assert "broke off before the file was complete" in refused(server.address, target)


def test_a_server_that_falls_silent(server, target, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 0.05)
    server.gate.clear()
    assert "does not answer" in refused(server.address, target)


@pytest.mark.parametrize(
    "error", [ConnectionResetError(), OSError(errno.ENETRESET, "gone"), ssl.SSLError("eof")]
)
def test_a_network_that_fails_half_way_is_no_full_disk(server, target, monkeypatch, error):
    def broken(self, amount=None):
        raise error

    monkeypatch.setattr("http.client.HTTPResponse.read", broken)
    assert "broke off before the file was complete" in refused(server.address, target)


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "no space left"), (errno.EIO, os.strerror(errno.EIO))]
)
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_fails(server, target, monkeypatch, number, words, step):
    def failing(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, step, failing)
    assert words in refused(server.address, target)


def test_a_folder_that_cannot_be(server, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UserError, match="could not be kept"):
        fetch(server.address, tmp_path / "file" / "hub" / "fake.pth", SHA256[:8], on_and_on)
