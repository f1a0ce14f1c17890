"""The settings of the gallery."""

from __future__ import annotations

from pathlib import Path

import pytest

from vaultd.config import load
from vaultd.config.kinds import Folders, Origins
from vaultipc.errors import ConfigError


def test_folders_are_resolved_and_origins_stand_as_browsers_send_them(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[web]\nexport_folders = ["~/Export", "/srv/a b"]\nallowed_origins = ["http://localhost:5173"]\n')
    config = load(file, {"HOME": "/home/me"})
    assert config.web.export_folders == (Path("/home/me/Export"), Path("/srv/a b"))
    assert config.web.allowed_origins == ("http://localhost:5173",)
    assert (config.web.port, config.web.address, config.web.token_file) == (8642, "127.0.0.1", None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EXPORT_FOLDERS", "relative"),
        ("EXPORT_FOLDERS", "/ok,relative"),
        ("ALLOWED_ORIGINS", "localhost:5173"),
        ("ALLOWED_ORIGINS", "http://localhost:5173/"),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "null"),
        ("PORT", "65536"),
    ],
)
def test_what_would_never_match_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=rf"VVAULT_WEB_{name}"):
        load(None, {"HOME": "/nowhere", f"VVAULT_WEB_{name}": value})


def test_lists_are_written_with_commas_or_as_toml() -> None:
    assert Folders().parse("/a, ~/b") == ["/a", "~/b"]
    assert Folders().parse('["/a,b"]') == ["/a,b"]
    assert Folders().parse("") == []
    assert Origins().parse("http://a,https://b.c:8443,http://[::1]:5173") == [
        "http://a",
        "https://b.c:8443",
        "http://[::1]:5173",
    ]
