"""Servers on 127.0.0.1 that stand in for a mail server and for whoever a webhook calls."""

from __future__ import annotations

import http.server
import socketserver
import threading
from typing import Any, Self


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    stand_in: Any


class _StandIn:
    handler: type[socketserver.BaseRequestHandler]

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), self.handler)
        self._server.stand_in = self
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _MailHandler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        server: StandInMailServer = self.server.stand_in
        self._say("220 stand-in")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(" ")[0].upper()
            if verb == "DATA":
                self._say("354 go on")
                lines = []
                while (each := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(each.decode())
                server.mails.append("".join(lines))
                if server.hangs_up:
                    return
                self._say("250 taken")
            elif verb == "MAIL" and server.refuses:
                self._say("451 not now")
            elif verb == "AUTH":
                server.logins.append(line)
                self._say("235 welcome")
            elif verb == "EHLO":
                self._say("250-stand-in\r\n250 AUTH PLAIN")
            elif verb == "QUIT":
                self._say("221 farewell")
                return
            else:
                if verb == "RCPT":
                    server.recipients.append(line.partition("<")[2].rstrip(">"))
                self._say("250 well")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class StandInMailServer(_StandIn):
    """A mail server that keeps what it gets."""

    handler = _MailHandler

    def __init__(self) -> None:
        self.mails: list[str] = []
        self.recipients: list[str] = []
        self.logins: list[str] = []
        self.refuses = False
        self.hangs_up = False


class _WebHandler(http.server.BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        server: StandInWebServer = self.server.stand_in
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.calls.append((self.path, dict(self.headers), body))
        if server.hangs_up:
            return
        self.send_response(server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class StandInWebServer(_StandIn):
    """A web server that keeps how it was called."""

    handler = _WebHandler

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 204
        self.hangs_up = False
