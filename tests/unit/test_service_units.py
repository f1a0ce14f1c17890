from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from vaultd.config import Config, load
from vaultd.service import install, remains, systemctl, uninstall, units
from vaultd.service.systemctl import NoSession
from vaultipc.errors import Refused

NEEDS_NO_NEW_PRIVILEGES = (
    "NoNewPrivileges", "SystemCallFilter", "RestrictRealtime", "LockPersonality", "MemoryDenyWriteExecute",
    "RestrictAddressFamilies", "RestrictSUIDSGID", "RestrictNamespaces", "ProtectKernelTunables", "PrivateDevices",
)  # fmt: skip


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    return {"HOME": str(tmp_path / "home"), "XDG_RUNTIME_DIR": str(runtime)}


def rendered(environ: dict[str, str], chosen: Path | None = None) -> dict[str, str]:
    return units.rendered(load(None, environ), environ, chosen)


def settings(text: str, name: str) -> list[str]:
    return [line.split("=", 1)[1] for line in text.splitlines() if line.startswith(f"{name}=")]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("mountpoint", ["~/vault", '~/my "100 %" $vault'])
def test_systemd_finds_nothing_to_say_about_the_units(environ: dict[str, str], tmp_path: Path, mountpoint: str) -> None:
    environ["VVAULT_MOUNT_PATH"] = mountpoint
    files = []
    for name, text in rendered(environ).items():
        files.append(tmp_path / name)
        files[-1].write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", *files], env=environ | {"PATH": "/usr/bin:/bin"}, capture_output=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_word_is_left_to_fill_in(environ: dict[str, str]) -> None:
    for text in rendered(environ).values():
        assert "@" not in "\n".join(line for line in text.splitlines() if "=@system" not in line and line[:1] != "#")


def test_the_mount_has_no_setting_that_would_stop_fusermount(environ: dict[str, str]) -> None:
    text = rendered(environ)["vvault-mount.service"]
    assert not [name for name in NEEDS_NO_NEW_PRIVILEGES if settings(text, name)]


def test_the_daemon_cannot_open_a_network_connection(environ: dict[str, str]) -> None:
    assert settings(rendered(environ)["vvault.service"], "RestrictAddressFamilies") == ["AF_UNIX"]


def test_the_units_see_the_places_that_the_shell_sees(environ: dict[str, str]) -> None:
    environ |= {"XDG_DATA_HOME": "/data 1", "VVAULT_MODEL_THREADS": "1", "EDITOR": "vi"}
    text = rendered(environ, Path("/etc/my.toml"))["vvault.service"]
    assert settings(text, "Environment") == ['"VVAULT_MODEL_THREADS=1"', '"XDG_DATA_HOME=/data 1"']
    assert settings(text, "ExecStart")[0].endswith('vvault" --config "/etc/my.toml" daemon')


def test_the_socket_is_named_after_the_runtime_folder(environ: dict[str, str]) -> None:
    text = rendered(environ)["vvault.socket"]
    assert settings(text, "ListenStream") == ["%t/visionary-vault/vault.sock"]


def test_without_a_user_systemd_nothing_is_written(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", environ["XDG_RUNTIME_DIR"])
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    with pytest.raises(NoSession, match=r"cannot be reached|no systemd|not started by systemd"):
        install(environ=environ)
    assert not units.folder(environ).exists()


def test_where_systemd_does_not_run_the_system_nobody_is_told_to_log_in(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "systemctl"
    program.write_text("#!/bin/sh\necho 'Failed to connect to bus' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.setattr(systemctl, "BOOTED", tmp_path / "nowhere")
    with pytest.raises(NoSession, match="not started by systemd") as absent:
        install(environ=environ)
    monkeypatch.setattr(systemctl, "BOOTED", tmp_path)
    with pytest.raises(NoSession, match="cannot be reached from here") as unreachable:
        install(environ=environ)
    assert "Log in" in unreachable.value.hint
    assert "Log in" not in absent.value.hint
    assert all("`vvault up`" in refused.value.hint for refused in (absent, unreachable))


def a_home_in_use(config: Config, environ: dict[str, str]) -> Path:
    """Units, catalog, configuration and thumbnails as use leaves them; returns somebody else's file in our folder."""
    install(start=False, environ=environ)
    foreign = config.library.data / "holiday plans.txt"
    thumbnails = Path(environ["HOME"], ".cache/thumbnails/large")
    for folder in (config.library.data / "index", thumbnails, config.file.parent, config.mount.path):
        folder.mkdir(parents=True, exist_ok=True)
    (config.library.data / "catalog.db").write_bytes(b"tags")
    (config.library.data / "index" / "vectors").write_bytes(b"vectors")
    config.file.write_text("[search]\nlimit = 10\n")
    (thumbnails / "ours.png").write_bytes(b"\x89PNG tEXtSoftware\0Visionary Vault")
    (thumbnails / "theirs.png").write_bytes(b"\x89PNG tEXtSoftware\0GNOME::ThumbnailFactory")
    foreign.write_text("sea")
    return foreign


def files_below(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if not path.is_dir()}


def test_uninstall_keeps_the_data_and_names_it(environ: dict[str, str]) -> None:
    config = load(None, environ)
    a_home_in_use(config, environ)
    before = files_below(Path(environ["HOME"]))
    lines = uninstall(environ=environ)
    gone = before - files_below(Path(environ["HOME"]))
    assert {path.name for path in gone} == set(units.NAMES)
    assert f"kept: {config.library.data / 'catalog.db'}" in lines


def test_purge_asks_first_and_then_leaves_only_what_others_made(environ: dict[str, str]) -> None:
    config = load(None, environ)
    foreign = a_home_in_use(config, environ)
    with pytest.raises(Refused, match=r"catalog\.db"):
        uninstall(purge=True, environ=environ)
    uninstall(purge=True, yes=True, environ=environ)
    home = Path(environ["HOME"])
    assert files_below(home) == {foreign, home / ".cache/thumbnails/large/theirs.png"}
    assert not config.mount.path.exists()


def test_pruning_stops_at_the_home_and_at_what_is_in_use(environ: dict[str, str], tmp_path: Path) -> None:
    deep = Path(environ["HOME"], "a/b/c")
    deep.mkdir(parents=True)
    (deep.parent.parent / "kept").touch()
    remains.prune(deep, environ)
    assert [path.name for path in Path(environ["HOME"], "a").iterdir()] == ["kept"]
    remains.prune(tmp_path, environ)
    assert tmp_path.exists()
