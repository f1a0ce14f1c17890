"""What of the hub is on this machine already, in the cache of its own library. Nothing is fetched here."""

from __future__ import annotations

from pathlib import Path

from vaultd.models.export.order import ExportError


def cached_repository(name: str) -> Path:
    """The folder of a repository's newest revision on this machine; its own name is the revision.

    `name` is owner/name. Raises ExportError with the command that fetches it where it is not there.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except HFValidationError as error:
        raise ExportError(f"{name!r} is no name of a repository; one is written owner/name.") from error
    except LocalEntryNotFoundError as error:
        raise ExportError(
            f"{name} is not on this machine, and an export does not use the network.",
            f"`vvault model pull {name}` fetches and exports it; or name a file that you have.",
        ) from error
