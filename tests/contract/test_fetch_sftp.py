"""A folder on SFTP, served by paramiko on the loopback."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.elsewhere import picture
from vaultd.fetch.child.desk import Desk, Stop
from vaultd.fetch.child.provider import opened
from vaultd.fetch.order import Order, Report, Seen, Staged

pytest.importorskip("paramiko", reason="the extra [sftp] is not installed")

from support.sftp_site import PASSWORD, SftpSite


def test_a_folder_and_those_below_it_come_once_and_only_from_a_server_that_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    there = tmp_path / "there"
    (there / "deep").mkdir(parents=True)
    (there / "a.jpg").write_bytes(picture(1))
    (there / "deep" / "b.jpg").write_bytes(picture(2))
    (there / "notes.txt").write_text("no picture")
    (there / "away.jpg").symlink_to("/etc/passwd")
    accounts = tmp_path / "credentials.toml"
    with SftpSite(there) as site:
        accounts.write_text(f'["127.0.0.1:{site.port}"]\npassword = "{PASSWORD}"\n')
        accounts.chmod(0o600)
        order = Order(
            provider="sftp", url=site.url, staging=str(tmp_path / "staging"), archive="", delay_s=0.0, timeout_s=60.0,
            keep_free=0, credentials=str(accounts),
        )  # fmt: skip
        with pytest.raises(Stop, match="known_hosts"):
            looked(order)
        (tmp_path / ".ssh").mkdir()
        (tmp_path / ".ssh" / "known_hosts").write_text(site.known_hosts)
        came = [one for one in looked(order) if isinstance(one, Staged)]
        assert {one.name for one in came} == {"a.jpg", "b.jpg"}
        ready = Path(order.staging, "ready")
        assert {(ready / one.file).read_bytes() for one in came} == {picture(1), picture(2)}
        order.known = [one.item for one in came]
        assert all(isinstance(one, Seen) for one in looked(order))
        accounts.write_text(f'["127.0.0.1:{site.port}"]\npassword = "hush"\n')
        with pytest.raises(Stop, match="lets nobody in") as caught:
            looked(order)
        assert "hush" not in caught.value.problem


def looked(order: Order) -> list[Report]:
    reports: list[Report] = []
    assert opened(order, Desk(order, reports.append)).run()
    return reports
