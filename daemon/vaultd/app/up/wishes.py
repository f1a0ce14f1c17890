"""What the person asked of `vvault up`."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from vaultd.config import Config


@dataclass(frozen=True)
class Wishes:
    """`mountpoint`: None mounts nothing. `web`: flags of `vvault web`; None serves no gallery. `ask`: a person is there
    to answer. `verbose`: children speak on stderr."""

    socket: Path
    config_file: Path | None
    config: Config
    folders: tuple[bytes, ...]
    mountpoint: bytes | None
    web: tuple[str, ...] | None
    demo: bool
    ask: bool
    verbose: bool

    @property
    def demo_folder(self) -> Path:
        """Beside the daemon's own folder, in which nothing may be watched."""
        data = self.config.library.data
        return data.with_name(f"{data.name}-demo")

    @property
    def logs(self) -> Path:
        """Folder of what the children say."""
        return self.config.library.data / "logs"

    def log(self, name: str) -> Path | None:
        """The file of what the child `name` says; None if it is to speak on our stderr."""
        return None if self.verbose else self.logs / f"{name}.log"

    def vvault(self, *words: str) -> list[str]:
        """The command line of this program with another command, same configuration and socket."""
        config = ["--config", os.fspath(self.config_file)] if self.config_file else []
        loud = ["--verbose"] if self.verbose else []
        return [sys.executable, "-m", "vaultd.cli", *words, "--socket", os.fspath(self.socket), *config, *loud]
