"""Passwords from the desktop's secret service: a real one, GNOME's, on a session bus of the test's."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.elsewhere import Elsewhere
from vaultd.fetch.child.desk import Desk, Stop
from vaultd.fetch.child.provider import opened
from vaultd.fetch.order import Order, Report, Staged

pytest.importorskip("secretstorage", reason="the extra [secrets] is not installed")
pytest.importorskip("webdav4", reason="the extra [webdav] is not installed")

from support.keyring import Keyring, lacking

pytestmark = pytest.mark.skipif(bool(lacking()), reason=f"not installed: {', '.join(lacking())}")


@pytest.fixture
def site() -> Iterator[Elsewhere]:
    with Elsewhere() as running:
        running.fill(2)
        running.password = "wanted"
        yield running


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keyring]:
    with Keyring(tmp_path) as running:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", running.environ["DBUS_SESSION_BUS_ADDRESS"])
        yield running


def order(site: Elsewhere, folder: Path, account: str) -> Order:
    """Of the folder on WebDAV, with an account that this says in the credentials file."""
    file = folder / "credentials.toml"
    file.write_text(f'["127.0.0.1:{site.port}"]\n{account}\n')
    file.chmod(0o600)
    return Order(
        provider="webdav", url=f"{site.url}/dav", staging=str(folder / "staging"), archive="", delay_s=0.0,
        timeout_s=20.0, keep_free=0, credentials=str(file),
    )  # fmt: skip


def looked(wanted: Order) -> list[Report]:
    reports: list[Report] = []
    opened(wanted, Desk(wanted, reports.append)).run()
    return reports


def test_a_password_or_token_in_the_secret_service_is_used_and_told_nowhere(
    site: Elsewhere, keyring: Keyring, tmp_path: Path
) -> None:
    keyring.store(f"127.0.0.1:{site.port}", "hush-hush")
    wanted = order(site, tmp_path, 'user = "me"\nsecret = "password"')
    reports = looked(wanted)
    assert sum(isinstance(one, Staged) for one in reports) == 2
    assert {one.authorization for one in site.asked} == {f"Basic {b64encode(b'me:hush-hush').decode()}"}
    site.asked.clear()
    looked(order(site, tmp_path, 'secret = "token"'))
    assert {one.authorization for one in site.asked} == {"Bearer hush-hush"}
    assert "hush-hush" not in json.dumps([repr(one) for one in reports])
    left = [path for path in Path(wanted.staging).rglob("*") if path.is_file() and b"hush-hush" in path.read_bytes()]
    assert left == []


def test_a_secret_that_cannot_be_had_stops_the_run_before_a_stranger_asks(
    site: Elsewhere, keyring: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = order(site, tmp_path, 'user = "me"\nsecret = "password"')
    with pytest.raises(Stop, match=r"secret-tool store --label .* application visionary-vault site 127"):
        looked(wanted)
    keyring.store(f"127.0.0.1:{site.port}", "hush-hush")
    keyring.lock()
    with pytest.raises(Stop, match="locked"):
        looked(wanted)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    with pytest.raises(Stop, match="cannot be reached"):
        looked(wanted)
    assert site.asked == []


def test_nobody_asks_the_secret_service_where_the_file_does_not_say_so(
    site: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    looked(order(site, tmp_path, 'user = "me"\npassword = "plain"'))
    assert {one.authorization for one in site.asked} == {f"Basic {b64encode(b'me:plain').decode()}"}
