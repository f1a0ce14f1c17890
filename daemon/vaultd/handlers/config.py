"""`config.show`: the configuration the daemon runs with."""

from __future__ import annotations

from vaultd.config import shown
from vaultd.handlers.vault import Vault
from vaultipc.messages import ConfigValue, ConfigValues, Empty


async def show(vault: Vault, params: Empty) -> ConfigValues:
    """Every key, its value, its default and where the value comes from."""
    return ConfigValues(
        values={
            name: ConfigValue(value=key.value, default=key.default, source=key.source)
            for name, key in shown(vault.config).items()
        }
    )


HANDLERS = {"config.show": show}
