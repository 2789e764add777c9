"""A real Chroma server for the tests, and a proxy before it that asks for a token and may speak TLS."""

import http.client
import socket
import ssl
import subprocess
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.conftest import environment, wait_until

PASSED_ON = ("Content-Type", "Content-Length")


class ChromaRun:
    """``chroma run`` on a free port; it may be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        command = [Path(sys.executable).parent / "chroma", "run", "--path", self.folder, "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*map(str, command), "--host", "127.0.0.1"], stdout=subprocess.DEVNULL, env=environment()
        )
        wait_until(lambda: urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=2).status == 200)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


class Gate:
    """A reverse proxy below ``/chroma`` that lets through only who brings the token in the header."""

    def __init__(self, behind: ChromaRun, header: str, value: str, certificate: Path | None = None) -> None:
        self.seen: set[str | None] = set()
        gate = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def _pass_on(self) -> None:
                gate.seen.add(self.headers.get(header))
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.headers.get(header) != value:
                    return self._reply(401, b"who are you?")
                if not self.path.startswith("/chroma/"):
                    return self._reply(404, b"nothing here")
                there = http.client.HTTPConnection("127.0.0.1", behind.port, timeout=60)
                kept = {name: self.headers[name] for name in PASSED_ON if self.headers[name]}
                there.request(self.command, self.path.removeprefix("/chroma"), body, kept)
                found = there.getresponse()
                self._reply(found.status, found.read())
                there.close()

            def _reply(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = _pass_on  # noqa: N815 (http.server wants these names)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self.server.server_port}/chroma"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def self_signed(path: Path) -> Path:
    """Write a key and a certificate for 127.0.0.1 that nobody but its owner trusts."""
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    return path
