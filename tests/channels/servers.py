"""Real servers on this machine for what goes out: one that takes mail, one that answers over HTTP."""

import json
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from aiosmtpd.controller import Controller


@dataclass
class Mailbox:
    """Mail as a server took it. `answers`: what it says to a recipient instead of taking the mail."""

    port: int = 0
    mails: list = field(default_factory=list)
    answers: dict = field(default_factory=dict)
    after: list = field(default_factory=list)  # called after a mail was taken, before it is said

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=policy.default)
        mail.envelope = (envelope.mail_from, tuple(envelope.rcpt_tos))
        mail.raw = envelope.content
        self.mails.append(mail)
        for act in self.after:
            act()
        return "250 taken"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def mail_server(port=0, box=None):
    box = box or Mailbox()
    box.port = port or free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass
class Asked:
    """One request as it came in."""

    method: str
    path: str
    params: dict
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Http:
    """An HTTP server: `answer(asked)` gives (status, JSON or bytes)."""

    url: str = ""
    asked: list = field(default_factory=list)
    answer: object = staticmethod(lambda asked: (200, {"errcode": 0, "code": 0}))


@contextmanager
def http_server():
    seen = Http()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers.get("Content-Length") or 0)
            parts = urlsplit(self.path)
            asked = Asked(
                self.command, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)),
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(length),
            )  # fmt: skip
            seen.asked.append(asked)
            status, said = seen.answer(asked)
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    seen.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
