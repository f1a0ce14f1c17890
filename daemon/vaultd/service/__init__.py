"""Visionary Vault as a service of the user's own systemd: install, uninstall, status.

`stop` ends what runs, be it a service or not.

Nothing here needs root. Most functions return lines for a person and raise UserError with what to do.
"""

from vaultd.service.install import install
from vaultd.service.status import status
from vaultd.service.stopping import stop
from vaultd.service.uninstall import uninstall

__all__ = ["install", "status", "stop", "uninstall"]
