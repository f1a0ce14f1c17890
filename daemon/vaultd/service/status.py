"""`vvault service status`: what systemd knows about the units."""

from __future__ import annotations

import os
from collections.abc import Mapping

from vaultd.service import units
from vaultd.service.systemctl import systemctl


def status(environ: Mapping[str, str] = os.environ) -> list[str]:
    """One line a unit: its name, whether it is installed, enabled and running. Raises NoSession."""
    folder = units.folder(environ)
    return [f"{name}: {_state(name) if (folder / name).exists() else 'not installed'}" for name in units.NAMES]


def _state(unit: str) -> str:
    shown = systemctl("show", unit, "--property=ActiveState,SubState,UnitFileState,StatusText")
    values = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
    text = f"{values.get('ActiveState', '?')} ({values.get('SubState', '?')}), {values.get('UnitFileState') or '?'}"
    return f"{text}: {values['StatusText']}" if values.get("StatusText") else text
