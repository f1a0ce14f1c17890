"""What `doctor` says of the configuration: whether its file says what the daemon runs with, and could be read again."""

from __future__ import annotations

import os
from collections.abc import Mapping

from vaultd.config import Config, examine, shown, where
from vaultipc.codec import display
from vaultipc.messages import Check

NAME = "running configuration"


def check(config: Config, environ: Mapping[str, str]) -> Check:
    """Reads the file as the next start will."""
    usual = where(None, environ)[0] == config.file
    now, problems = examine(None if usual else config.file, environ)
    file = display(os.fsencode(config.file))[0]
    if now is None:
        first = problems[0]
        others = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
        fix = first.hint or "`vvault config check` tells every mistake"
        message = f"the next start will fail: {display(os.fsencode(str(first)))[0]}{others}"
        return Check(name=NAME, state="fail", message=message, fix=fix)
    runs = shown(config)
    other = [name for name, key in shown(now).items() if key.value != runs[name].value]
    if other:
        message = f"{file} was changed since the start: {', '.join(other)}"
        return Check(name=NAME, state="warn", message=message, fix="what runs reads it when it is started again")
    message = f"as {file} says" if config.file.exists() else f"everything is as it comes; there is no {file}"
    return Check(name=NAME, state="ok", message=message)
