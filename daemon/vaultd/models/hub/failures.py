"""What goes wrong between here and the hub, each as a sentence that says what to do."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path

from huggingface_hub import errors

from vaultipc.errors import DiskFull, Held, NotFound, Refused, UserError

# The base of every error of huggingface_hub's HTTP library: httpx in its versions 1, httpx2 in its versions 2. Their
# own errors descend from it, so this is the name that does not depend on the version.
TransportError: type[Exception] = errors.HfHubHTTPError.__bases__[0]

NETWORK = "Check the network. A proxy is named by HTTPS_PROXY, a mirror of the hub by HF_ENDPOINT."
_TOKEN = "set HF_TOKEN to a token of your account"


class Wait(Exception):
    """The hub asks for patience: `seconds` where it says how long, None where it is only out of order."""

    def __init__(self, status: int, seconds: float | None) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.seconds = seconds


def told(error: Exception, endpoint: str, what: str) -> UserError:
    """The sentence for an error of huggingface_hub or of its HTTP library. `what` was asked for: `owner/repo`."""
    host = endpoint.split("://", 1)[-1]
    match error:
        case errors.GatedRepoError():
            hint = f"Accept them at {endpoint}/{what.split('@')[0]}, then {_TOKEN}, and repeat the command."
            return Refused(f"The owner of {what} lets in only accounts that accepted the terms.", hint)
        case errors.RevisionNotFoundError():
            return NotFound(f"The hub has no such revision: {what}.", "Check --revision, or leave it out.")
        case errors.RepositoryNotFoundError():
            return NotFound(f"{host} has no model {what}, or it is private.", f"Check the name; if private, {_TOKEN}.")
        case errors.OfflineModeIsEnabled():
            return Refused("HF_HUB_OFFLINE forbids asking the hub.", "Unset it (or TRANSFORMERS_OFFLINE) and repeat.")
        case errors.HfHubHTTPError():
            return _answered(error.response.status_code, host, what)
        case _:
            return Refused(f"The hub at {endpoint} cannot be reached: {reason(error)}.", NETWORK)


def _answered(status: int, host: str, what: str) -> UserError:
    if status in (401, 403):
        return Refused(
            f"{host} refuses {what} (HTTP {status}).", f"To say who you are, {_TOKEN}; check a token you set."
        )
    if status == 404:
        return NotFound(f"{host} no longer has what was asked of {what}.", "Repeat the command.")
    return Refused(f"{host} answered {what} with HTTP {status}.", "Try again later. " + NETWORK)


def patience(error: Exception) -> Wait | None:
    """The wait that the hub's answer asks for; None for any other error."""
    if not isinstance(error, errors.HfHubHTTPError):
        return None
    status = error.response.status_code
    if status != 429 and status < 500:
        return None
    return Wait(status, _retry_after(error.response.headers))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, by Retry-After (RFC 9110, 10.2.3; the form of a date is not used by the hub), or by RateLimit's `t`."""
    text = headers.get("retry-after", "").strip()
    if not text:
        fields = (field.strip() for field in headers.get("ratelimit", "").split(";"))
        text = next((field[2:] for field in fields if field.startswith("t=")), "")
    return float(text) if text.isdecimal() else None


def out_of_patience(wait: Wait, host: str) -> UserError:
    """What is said when the hub asks for a longer wait than makes sense."""
    if wait.status == 429:
        when = f"in {wait.seconds:.0f} s" if wait.seconds else "later"
        hint = (
            f"Repeat the command {when}: it goes on where it stopped. With an account, {_TOKEN}: it may ask more often."
        )
        return Held(f"{host} asks for fewer requests from this address.", hint)
    return Refused(
        f"{host} is out of order (HTTP {wait.status}).", "Repeat the command later: it goes on where it stopped."
    )


def written(error: OSError, folder: Path) -> UserError:
    """The sentence for a file that cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            f"No space is left in {folder}.", "Make room and repeat the command: it goes on where it stopped."
        )
    return Refused(f"{folder} cannot be written: {error.strerror}.", "Check its permissions.")


def reason(error: Exception) -> str:
    """An error of the network in its own words, as the end of a sentence."""
    text = str(error).splitlines()[0].rstrip(".") if str(error) else ""
    return text or type(error).__name__
