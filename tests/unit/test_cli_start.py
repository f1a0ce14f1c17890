"""Asking must be fast: what a command does not need is not imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import get_args

from support.answering import AnsweringServer
from vaultd.cli.registry import COMMANDS
from vaultipc.messages import Roots
from vaultipc.messages.fetch import FetchProvider

HEAVY = {"trio", "rich", "numpy", "PIL", "faiss", "onnxruntime", "tantivy", "tokenizers", "shtab", "asyncio", "sqlite3"}
OURS = {"vaultd.catalog", "vaultd.handlers", "vaultd.index", "vaultd.search", "vaultd.config", "vaultipc.messages"}
RUN = """
import json, sys
from vaultd.cli.__main__ import run
code = run(["roots", "--socket", sys.argv[1]])
print(json.dumps([code, sorted(sys.modules)]))
"""


def test_asking_imports_nothing_of_the_daemon_and_nothing_heavy(short_path: Path) -> None:
    with AnsweringServer(short_path / "s", {"roots": lambda _: Roots(roots=[])}) as server:
        done = subprocess.run([sys.executable, "-c", RUN, server.path], capture_output=True, check=True)
    code, modules = json.loads(done.stdout)
    assert code == 0
    assert not (HEAVY | OURS) & set(modules)


def test_who_may_fetch_is_the_same_where_the_messages_are_not_imported() -> None:
    (flag,) = [flag for flag in COMMANDS["fetch add"].flags if "--provider" in flag.names]
    assert flag.choices == get_args(FetchProvider)
