"""One secret out of the desktop's secret service (GNOME's keyring, KWallet, KeePassXC), through SecretStorage (BSD).

It is found by two attributes, which `secret-tool` and the programs with windows can give it:
`application` = `visionary-vault`, `site` = the name of the site's table in the credentials file.
Protocol: https://specifications.freedesktop.org/secret-service-spec/0.2/
"""

from __future__ import annotations

from contextlib import closing
from shlex import quote

from vaultd import extras
from vaultd.fetch.child.desk import Stop

try:
    import secretstorage
    from jeepney import DBusErrorResponse
except ImportError:
    raise Stop(f"the secret service needs the extra [secrets]: {extras.command('secrets')}") from None

APPLICATION = "visionary-vault"


def secret(site: str) -> str:
    """The secret of a site. Raises Stop where there is none, or it is locked: nobody is asked to unlock it, since a run
    may begin at any hour."""
    attributes = {"application": APPLICATION, "site": site}
    try:
        with closing(secretstorage.dbus_init()) as connection:
            item = next(secretstorage.search_items(connection, attributes), None)  # those that are open come first
            if item is None:
                raise Stop(f"the secret service has nothing for {site}: `{_how_to_store(site)}`")
            if item.is_locked():
                raise Stop("the desktop's secret service is locked: it is looked into again when it was unlocked")
            found: bytes = item.get_secret()
    except (secretstorage.SecretStorageException, DBusErrorResponse, OSError, RuntimeError) as error:
        raise Stop(f"the desktop's secret service cannot be reached ({str(error) or type(error).__name__})") from None
    return found.decode("utf-8", "replace").rstrip("\r\n")


def _how_to_store(site: str) -> str:
    label = quote(f"Visionary Vault: {site}")
    return f"secret-tool store --label {label} application {APPLICATION} site {quote(site)}"
