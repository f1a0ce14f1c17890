"""Where log lines go: standard error, which systemd's journal or a terminal keeps.

File names and queries are logged at debug level only, so that a log can be shown to others.
"""

from __future__ import annotations

import logging
import sys

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def configure(level: str) -> None:
    """Sets up logging of the process once. `level` is a name of the configuration (debug, info, warning, error)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(FORMAT))
    logging.basicConfig(level=level.upper(), handlers=[handler])
