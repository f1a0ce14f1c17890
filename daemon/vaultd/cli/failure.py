"""How a command ends when it cannot do its work: one sentence and what to do, an exit code, no traceback."""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

from vaultd.cli.invocation import adapted
from vaultd.cli.screen import printable
from vaultipc.errors import EXIT_BUG, INTERNAL_ERROR, DaemonBug, DiskFull, Refused, UserError


def report(error: Exception, *, json: bool, verbose: bool = False) -> int:
    """Tell the person, or with `json` the program, and return the exit code."""
    error = _cause(error)
    if not isinstance(error, UserError):
        return _report_bug(error, json=json, verbose=verbose)
    place = "" if error.position is None else f" (at character {error.position + 1})"
    if json:
        _print_json(error.code, error.message, error.hint, error.position)
    else:
        hint = f"\n  {printable(adapted(error.hint))}" if error.hint else ""
        message = "\n".join(map(printable, error.message.splitlines()))
        prefix = "" if message.startswith("vvault ") else "vvault: "
        print(f"{prefix}{message}{place}{hint}", file=sys.stderr)
    return error.exit_code


def _cause(error: Exception) -> Exception:
    """Of a group of errors the first, a bug before a mistake of the user's; a file in our way is none of ours."""
    if isinstance(error, OSError) and error.filename is not None:
        name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else str(error.filename)
        kind = DiskFull if error.errno == errno.ENOSPC else Refused
        return kind(f"{error.strerror}: {name}", hint="Check the path and its permissions.")
    if not isinstance(error, ExceptionGroup):
        return error
    causes = [_cause(cause) for cause in error.exceptions]
    return next((cause for cause in causes if not isinstance(cause, UserError)), causes[0])


def _report_bug(error: Exception, *, json: bool, verbose: bool) -> int:
    if isinstance(error, DaemonBug):
        message, hint = str(error), "The daemon met a bug; its log has the details."
    else:
        message = f"{type(error).__name__}: {error}"
        hint = "This is a bug in vvault; --verbose shows where."
    if verbose:
        import traceback

        traceback.print_exception(error)
    if json:
        _print_json(INTERNAL_ERROR, message, hint, None)
    else:
        print(f"vvault: {printable(message)}\n  {hint}", file=sys.stderr)
    return EXIT_BUG


def _print_json(code: int, message: str, hint: str, position: int | None) -> None:
    import json

    error: dict[str, Any] = {"code": code, "message": message, "hint": hint}
    if position is not None:
        error["position"] = position
    text = json.dumps({"error": error}, ensure_ascii=False)
    sys.stdout.buffer.write(text.encode(errors="replace") + b"\n")
    sys.stdout.buffer.flush()
