"""Servers on 127.0.0.1 that stand in for a mail server and for whoever a webhook calls."""

from __future__ import annotations

import datetime as dt
import http.server
import ipaddress
import socketserver
import ssl
import threading
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    stand_in: Any


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side and its client's, with a certificate for 127.0.0.1 that they alone trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    path.write_bytes(private + public)
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(path)
    return ours, ssl.create_default_context(cadata=public.decode())


class _StandIn:
    handler: type[socketserver.BaseRequestHandler]
    tls: ssl.SSLContext | None = None

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), self.handler)
        self._server.stand_in = self
        if self.tls:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
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
            elif verb == "STARTTLS" and server.starttls:
                self._say("220 go on")
                try:
                    self.request = server.starttls.wrap_socket(self.request, server_side=True)
                except OSError:
                    return
                self.setup()
            elif verb == "EHLO":
                offers = "STARTTLS" if server.starttls else "AUTH PLAIN"
                self._say(f"250-stand-in\r\n250 {offers}")
            elif verb == "QUIT":
                self._say("221 farewell")
                return
            else:
                if verb == "RCPT":
                    server.recipients.append(line.partition("<")[2].rstrip(">"))
                self._say("250 well")

    def finish(self) -> None:
        super().finish()
        self.request.close()  # with STARTTLS it is another one than the server closes

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class StandInMailServer(_StandIn):
    """A mail server that keeps what it gets."""

    handler = _MailHandler

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
    ) -> None:
        self.tls = tls
        self.starttls = starttls
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

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 204
        self.hangs_up = False
