"""A mail server on this machine that speaks SMTP, keeps what it is given, and can be told to behave badly."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from contextlib import contextmanager


class Post(socketserver.ThreadingTCPServer):
    """`messages` are what arrived; addresses with `bounce` are refused; after `breaks_after` messages it hangs up."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.messages = []
        self.connections = 0
        self.breaks_after = None

    @property
    def port(self):
        return self.server_address[1]

    def to(self):
        """Who got something, sorted."""
        return sorted(one["To"] for one in self.messages)


class _Conversation(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.server.connections += 1
        self.say("220 post.test")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb in ("EHLO", "HELO", "MAIL", "RSET"):
                self.say("250 ok")
            elif verb == "RCPT":
                self.say("550 no such box" if "bounce" in line else "250 ok")
            elif verb == "DATA":
                if (
                    self.server.breaks_after is not None
                    and len(self.server.messages) >= self.server.breaks_after
                ):
                    return
                self.say("354 go on")
                self.server.messages.append(self._read())
                self.say("250 kept")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("502 not here")

    def _read(self):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return email.message_from_bytes(b"".join(lines), policy=email.policy.default)


@contextmanager
def running_post():
    server = Post()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
