"""Asking the hub, through huggingface_hub: what a repository holds, and the bytes of a file.

huggingface_hub reads HF_TOKEN and HF_HUB_OFFLINE from the environment, its HTTP library those of the proxy
(HTTPS_PROXY, NO_PROXY …).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from huggingface_hub import HfApi, close_session, constants, errors, get_session, hf_hub_url
from huggingface_hub.utils import build_hf_headers, hf_raise_for_status  # type: ignore[attr-defined]

from vaultd import __version__
from vaultd.models.hub import failures
from vaultd.models.hub.listing import Listing, RemoteFile
from vaultd.models.hub.patience import Cut
from vaultipc.errors import Refused

TIMEOUT_S = 20.0
"""Without a byte for so long, the hub counts as gone."""
_COMMIT = re.compile(r"[0-9a-f]{40}")


class Hub:
    """One hub. `endpoint` is that of HF_ENDPOINT, or huggingface.co."""

    def __init__(self, endpoint: str = "") -> None:
        self.endpoint = (endpoint or os.environ.get("HF_ENDPOINT") or constants.ENDPOINT).rstrip("/")
        self.host = self.endpoint.split("://", 1)[-1]

    def listing(self, repo: str, revision: str) -> Listing:
        """What `repo` holds at `revision` (a branch, a tag or a commit).

        Raises Wait where the hub asks for patience, else a UserError that says what is wrong.
        """
        api = HfApi(endpoint=self.endpoint, library_name="vvault", library_version=__version__)
        what = repo if revision == "main" else f"{repo}@{revision}"
        try:
            return _listing(repo, api.model_info(repo, revision=revision, files_metadata=True, timeout=TIMEOUT_S))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Refused(
                f"{self.endpoint} answers, but not as a hub does.",
                "A login page of the network, or a wrong HF_ENDPOINT, may stand in between.",
            ) from error
        except (failures.TransportError, OSError) as error:
            raise self._told(error, what) from error

    @contextmanager
    def body(self, listing: Listing, path: str, start: int) -> Iterator[tuple[int, Iterator[bytes]]]:
        """The bytes of a file from `start` on, if the server can; yields where they really start, and the bytes.

        Raises Cut where the connection breaks, Wait where the hub asks for patience, else a UserError.
        """
        url = hf_hub_url(listing.repo, path, revision=listing.commit, endpoint=self.endpoint)
        headers = build_hf_headers(library_name="vvault", library_version=__version__)
        headers |= {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        try:
            with get_session().stream("GET", url, headers=headers, timeout=TIMEOUT_S) as answer:
                hf_raise_for_status(answer)
                yield _start(answer), answer.iter_bytes()
        except (errors.HfHubHTTPError, errors.OfflineModeIsEnabled) as error:
            raise self._told(error, listing.repo) from error
        except failures.TransportError as error:
            raise Cut(failures.reason(error)) from error

    def leave(self) -> None:
        """Closes what is open, and forbids this process to ask any hub again: libraries that could are used next."""
        close_session()
        constants.HF_HUB_OFFLINE = True

    def _told(self, error: Exception, what: str) -> Exception:
        return failures.patience(error) or failures.told(error, self.endpoint, what)


def _start(answer: Any) -> int:
    """Where the body begins in its file, by Content-Range: `bytes 100-199/200`."""
    if answer.status_code != 206:
        return 0
    found = re.match(r"bytes (\d+)-", answer.headers.get("content-range", ""))
    if found is None:
        raise Cut("it does not say where it begins")
    return int(found[1])


def _listing(repo: str, info: Any) -> Listing:
    """From the answer of /api/models/…?blobs=true. Raises ValueError where it is no such answer."""
    if not isinstance(info.sha, str) or not _COMMIT.fullmatch(info.sha) or info.siblings is None:
        raise ValueError("no commit")
    files = {item.rfilename: _remote_file(item) for item in info.siblings}
    card = info.card_data
    licence = (card.get("license") or "") if card else ""
    name = (card.get("license_name") or "") if card else ""
    return Listing(repo, info.sha, str(name if licence == "other" else licence), files)


def _remote_file(item: Any) -> RemoteFile:
    if item.lfs is not None:
        return RemoteFile(item.rfilename, int(item.lfs.size), "sha256", item.lfs.sha256)
    return RemoteFile(item.rfilename, int(item.size), "git", item.blob_id)
