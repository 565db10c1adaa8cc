"""No address that somebody gives us leads into our own network."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from moderation.webhooks.http_client import (
    OutboundClient,
    OutboundFailed,
    check_destination,
    check_url,
)
from moderation.webhooks.ssrf import OutboundRefused, is_public
from tests.waiting import PATIENCE_SECONDS

NOT_PUBLIC = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["1.1.1.1", "9.9.9.9", "2606:4700:4700::1111", "64:ff9b::101:101", "::ffff:8.8.8.8"]
REFUSED_URLS = [
    "http://example.org/hook",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://example.org:70/_x",
    "https://",
    "https:///hook",
    "example.org/hook",
    "https://example.org:22/",
    "https://example.org:25/",
    "https://example.org:6379/",
    "https://example.org:99999/",
    "https://user:password@example.org/",
    "https://example.org@127.0.0.1/",
    "https://@example.org/",
    "https://exa mple.org/",
    "https://example.org/\r\nX-Injected: 1",
    "https://example.org\\@127.0.0.1/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://127。0。0。1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://localhost:8000/api/v1/comments",
    "https://example.org/" + "x" * 3000,
]
ODD_SPELLINGS = ["2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "localhost"]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_it_knows_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_it_knows_public_addresses(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_it_refuses_the_url(url: str) -> None:
    with pytest.raises(OutboundRefused):
        check_url(url)


@pytest.mark.parametrize(
    "url", ["https://example.org/hook?a=b", "https://example.org:443/", "https://bücher.example/"]
)
def test_it_takes_the_url(url: str) -> None:
    assert check_url(url).scheme == "https"


@pytest.mark.parametrize("host", ODD_SPELLINGS)
def test_odd_spellings_of_this_machine_are_refused(host: str) -> None:
    with pytest.raises(OutboundRefused):
        check_destination(f"https://{host}/hook")
    with OutboundClient(allow_private=False) as client, pytest.raises(OutboundRefused):
        client.post(f"https://{host}/hook", content=b"", headers={})


def test_one_private_address_among_several_refuses_the_name() -> None:
    answers = [ipaddress.ip_address("1.1.1.1"), ipaddress.ip_address("10.0.0.1")]
    with (
        OutboundClient(allow_private=False, resolver=lambda *_: answers) as client,
        pytest.raises(OutboundRefused),
    ):
        client.post("https://rebinding.example/", content=b"", headers={})


def test_cloud_metadata_is_refused_even_where_private_addresses_are_allowed() -> None:
    answers = [ipaddress.ip_address("169.254.169.254")]
    with (
        OutboundClient(allow_private=True, resolver=lambda *_: answers) as client,
        pytest.raises(OutboundRefused, match="link-local"),
    ):
        client.post("http://metadata.example/", content=b"", headers={})


def test_a_name_that_does_not_resolve_is_a_failure_not_a_crash() -> None:
    def resolver(*_: object) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
        raise socket.gaierror("no such name")

    with (
        OutboundClient(allow_private=False, resolver=resolver) as client,
        pytest.raises(OutboundFailed, match="resolved"),
    ):
        client.post("https://nowhere.example/", content=b"", headers={})


def test_it_resolves_once_and_keeps_the_name_for_tls_and_host(tmp_path: Path) -> None:
    certificate = self_signed("receiver.example", tmp_path)
    server = TLSReceiver(certificate)
    lookups: list[str] = []

    def resolver(host: str, port: int) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
        lookups.append(host)
        return [ipaddress.ip_address("127.0.0.1")]

    trust = ssl.create_default_context(cafile=str(certificate))
    with OutboundClient(allow_private=True, resolver=resolver, tls=trust) as client:
        url = f"https://receiver.example:{server.port}/hook"
        answer = client.post(url, content=b"{}", headers={"X-Test": "1"})
        assert answer.status == 204
        with pytest.raises(OutboundFailed, match="certificate"):
            client.post(f"https://other.example:{server.port}/", content=b"{}", headers={})
    server.thread.join(PATIENCE_SECONDS)
    assert lookups == ["receiver.example", "other.example"]
    assert server.names[0] == "receiver.example"
    assert f"host: receiver.example:{server.port}" in server.request.lower()


def self_signed(name: str, folder: Path) -> Path:
    """Write a certificate for `name` and its key into one file and return its path."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


class TLSReceiver:
    """Takes two connections, notes the names asked for, answers the first request with 204."""

    def __init__(self, certificate: Path) -> None:
        self.names: list[str] = []
        self.request = ""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self.context = context
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()

    def work(self) -> None:
        for _ in range(2):
            connection, _address = self.listener.accept()
            try:
                with self.context.wrap_socket(connection, server_side=True) as stream:
                    while not self.request.endswith("{}"):
                        self.request += stream.recv(65536).decode()
                    stream.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            except (ssl.SSLError, OSError):
                connection.close()
