"""Visionary Vault as a service of the user's own systemd: install, uninstall, status.

Nothing here needs root. The functions return lines for a person and raise UserError with what to do.
"""

from vaultd.service.install import install
from vaultd.service.status import status
from vaultd.service.uninstall import uninstall

__all__ = ["install", "status", "uninstall"]
