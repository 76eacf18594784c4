"""The simulator behind HTTP on loopback, for real terraform and real processes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.simulator.account import Account, ConnectionLost
from tests.simulator.wire import answer


@contextmanager
def serve(account: Account) -> Iterator[str]:
    """Serve an account on a free port of loopback; gives the endpoint's URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answer one call of a REST service."""
            self.do_POST()

        def do_POST(self) -> None:
            """Answer one call."""
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                response = answer(account, self.path, dict(self.headers.items()), body)
            except ConnectionLost:
                self.close_connection = True
                return
            # Not send_response, which would date the answer by our own clock.
            self.send_response_only(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)

        def log_request(self, *_args: object, **_kwargs: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
