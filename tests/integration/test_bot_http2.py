"""Where the portal offers HTTP/2, the fast lane speaks it: one connection, warm before it is needed, for everything."""

import asyncio
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.portal.browser.chromium import find_browser
from bot.portal.browser.login_worker import sign_in
from bot.portal.browser.worker_pool import BrowserWorkerPool
from bot.portal.credentials import Credentials
from bot.portal.definition.model import load
from bot.portal.http.client import HttpClient
from system.console import Terminal
from system.setup import node
from system.setup.venv import PROJECT
from tests.support.bot_support import until, wait_until
from tests.support.simulator_client import SimulatorProcess

FRONT = Path(__file__).resolve().parents[1] / "support" / "http2_front.mjs"
BROWSER = find_browser(PROJECT / "data", os.environ)


@dataclass
class Front:
    """An HTTPS server that offers HTTP/2, before the simulator."""

    port: int = 0
    #: ``{version, connection, method, path}``, in the order of their arrival
    requests: list[dict[str, Any]] = field(default_factory=list)

    def read(self, lines: Iterator[str]) -> None:
        for line in lines:
            told = json.loads(line)
            if "port" in told:
                self.port = told["port"]
            else:
                self.requests.append(told)


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "front.pem", folder / "front.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


@pytest.fixture
def front(simulator: SimulatorProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    certificate, key = write_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    front = Front()
    with subprocess.Popen(
        [str(node.find(Terminal()).program), str(FRONT), str(certificate), str(key), simulator.base_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        Thread(target=front.read, args=(process.stdout,), daemon=True).start()
        try:
            wait_until(lambda: front.port or process.poll() is not None)
            assert front.port
            yield front
        finally:
            process.kill()


async def test_everything_goes_over_one_connection_that_is_open_before_it_is_needed(
    simulator: SimulatorProcess, front: Front
) -> None:
    session = await sign_in(
        load("simulator").at(simulator.base_url),
        Credentials(username=simulator.username, password=simulator.password),
        BrowserWorkerPool(BROWSER),
    )
    lane = HttpClient(load("simulator").at(f"https://127.0.0.1:{front.port}"), session)
    try:
        await lane.warm()
        await until(lambda: front.requests)  # it tells them a moment later
        # the name is looked up, TLS is agreed on, and nothing of the portal was changed or even read
        assert {(one["version"], one["method"]) for one in front.requests} == {("2.0", "HEAD")}
        posted = simulator.post_jobs(12)
        board = await lane.read_board()
        rows = {row.job.job_number: row for row in board.rows}
        await asyncio.gather(*(lane.read_job(rows[job.job_number].job.portal_id) for job in posted))
        await asyncio.gather(*(lane.accept(rows[job.job_number]) for job in posted))
    finally:
        await lane.close()
    assert board.pages > 1
    assert all(simulator.truth(job.job_number).holder == simulator.us for job in posted)
    assert {one["version"] for one in front.requests} == {"2.0"}
    assert {one["connection"] for one in front.requests} == {1}
