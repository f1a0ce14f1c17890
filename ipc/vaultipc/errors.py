"""What can go wrong, told to the one who can act on it.

`UserError` and its children are mistakes a person can mend: one sentence that says what, where and what to do, an
exit code, no traceback. Anything else that escapes is a bug of ours: JSON-RPC -32603, exit code 70, and a traceback in
the log. The numbers are those of the public interface (JSON-RPC 2.0 codes and the command line's exit codes).
"""

from __future__ import annotations

EXIT_DONE = 0
EXIT_NOTHING = 1
EXIT_USAGE = 2
EXIT_AWAY = 3
EXIT_REFUSED = 4
EXIT_BUSY = 5
EXIT_PARTIAL = 6
EXIT_BUG = 70
EXIT_INTERRUPTED = 130

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603


class UserError(Exception):
    """A mistake of the user's, or a state of their machine, that they can mend.

    `code` is what travels in a JSON-RPC error, `exit_code` what the command line ends with, `hint` what to do about it,
    `position` the offset in characters at which a text went wrong.
    """

    code = INVALID_PARAMS
    exit_code = EXIT_USAGE

    def __init__(self, message: str, hint: str = "", position: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.position = position


class ConfigError(UserError):
    """The configuration cannot be used: names key, file and line."""


class QueryError(UserError):
    """The query cannot be understood: `position` says where."""

    code = 1001


class NotFound(UserError):
    """The thing named does not exist."""

    code = 1002
    exit_code = EXIT_REFUSED


class Refused(UserError):
    """The thing exists, and the request is not allowed on it (read-only, no picture, outside the library)."""

    code = INVALID_PARAMS
    exit_code = EXIT_REFUSED


class Conflict(UserError):
    """Another thing of that name exists, or the state moved on since it was read."""

    code = 1003
    exit_code = EXIT_REFUSED


class NotEmpty(Conflict):
    """The thing must be empty first."""


class TooLarge(UserError):
    """The request is larger than what is accepted."""

    code = 1004


class Paused(UserError):
    """The daemon was told to pause."""

    code = 1005
    exit_code = EXIT_BUSY


class VersionMismatch(UserError):
    """The two sides, or the daemon and its catalog, are of versions that do not understand each other."""

    code = 1006
    exit_code = EXIT_AWAY


class Held(UserError):
    """Somebody else holds the thing (a second daemon on one catalog, a socket in use): the message says who."""

    code = 1003
    exit_code = EXIT_BUSY


class DiskFull(UserError):
    """No space is left where bytes had to be written."""

    code = 1007
    exit_code = EXIT_REFUSED


class DaemonAway(UserError):
    """No daemon answers on the socket."""

    code = 1008
    exit_code = EXIT_AWAY


class DaemonBug(Exception):
    """The daemon met a bug of ours while it worked for us; its log has the traceback."""
