"""`model.bench`: how fast a model is here, measured by a process of its own."""

from __future__ import annotations

import sys

import msgspec
import trio

from vaultd.handlers.vault import Vault
from vaultd.models.pack import PackError
from vaultipc.messages import ModelBench, ModelBenchParams


async def model_bench(vault: Vault, params: ModelBenchParams) -> ModelBench:
    """Takes some ten seconds; searches go on meanwhile. Raises PackError if the pack cannot be used."""
    folder = vault.pack.folder
    if params.name:
        folder = (await trio.to_thread.run_sync(vault.models.shelf.open, params.name)).folder
    command = [
        *(sys.executable, "-P", "-m", "vaultd.worker.bench", str(folder)),
        params.engine or vault.config.model.engine,
        str(params.threads or vault.ingest.pool.size),
        str(params.batch or vault.config.ingest.batch),
    ]
    # Given up, it is killed at once: it holds nothing that could be lost.
    ended = await trio.run_process(command, capture_stdout=True, capture_stderr=True, check=False, deliver_cancel=_kill)
    if ended.returncode == 0:
        return msgspec.json.decode(ended.stdout, type=ModelBench)
    said = ended.stderr.decode(errors="replace").strip().splitlines()
    raise PackError(said[-1] if said else f"Measuring the model ended with the exit status {ended.returncode}.")


async def _kill(process: trio.Process) -> None:
    process.kill()


HANDLERS = {"model.bench": model_bench}
