"""A web server on this computer that answers as a test tells it to."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from networks.recipes.published import Published

BODY = bytes(range(256)) * 8192
"""Two mebibytes."""
SHA256 = hashlib.sha256(BODY).hexdigest()


class Server(ThreadingHTTPServer):
    """Answers with `body`, announces `promised` bytes, and waits for `gate` before the second half."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.body = BODY
        self.promised: int | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def weights(self, name: str = "ResNet18_Weights.IMAGENET1K_V1", sha256: str | None = None) -> Published:
        """A row of the table of published weights whose file is on this server."""
        digest = hashlib.sha256(self.body).hexdigest()[:8] if sha256 is None else sha256
        return Published(name, "ResNet-18", f"fake-{digest}.pth", 2.0, 69.8, server=self.address)


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(self.server.status)
        body = self.server.body
        if self.server.promised != -1:
            self.send_header("Content-Length", str(self.server.promised or len(body)))
        self.end_headers()
        # a client that cancelled is gone
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.server.gate.wait(60)
            self.wfile.write(body[len(body) // 2 :])

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def serving():
    """Runs the server while the context lasts."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()
