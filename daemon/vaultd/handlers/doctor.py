"""`doctor`: is everything that was promised true right now? `--deep` also reads what is slow to read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import trio

from vaultd.catalog import check as catalog_check
from vaultd.handlers import doctor_backups, doctor_config, doctor_deep, doctor_formats, doctor_written, finding_words
from vaultd.handlers.vault import Vault
from vaultd.models.pack import load_pack
from vaultipc.codec import display
from vaultipc.messages import Check, Doctor, DoctorParams

LOW_SPACE_BYTES = 200 * 1024 * 1024


async def doctor(vault: Vault, params: DoctorParams) -> Doctor:
    """Runs every check; one that breaks is a failed check, not a failed doctor."""
    if vault.config.autotags.enabled:
        await vault.tagger.look()
    checks = [*_library(vault), *await trio.to_thread.run_sync(_slow_checks, vault, params.deep)]
    if params.deep:
        checks += await doctor_deep.checks(vault)
    return Doctor(ok=all(check.state != "fail" for check in checks), checks=checks)


def _library(vault: Vault) -> Iterator[Check]:
    """What the daemon knows of itself, without waiting."""
    seq, followers = vault.catalog.seq(), vault.followers
    behind = seq - min(followers.vector_seq, followers.text_seq)
    yield Check(
        name="indexes",
        state="ok" if behind == 0 else "warn",
        message="both indexes hold everything" if behind == 0 else f"the indexes are {behind} changes behind",
        fix="" if behind == 0 else "wait a moment; `vvault wait` ends when they are done",
    )
    yield _chosen(vault)
    yield _engine(vault)
    yield _words(vault)
    yield from doctor_written.checks(vault)
    yield from doctor_backups.checks(vault)
    yield from doctor_formats.checks(vault.ingest.passed_over())
    yield from finding_words.checks(vault.config, vault.ingest.upkeep.finding_words.standing)
    yield _watching(vault)
    for root in vault.ingest.root_states():
        away = root.state in ("offline", "unreadable")
        yield Check(
            name=f"folder {root.path}",
            state="warn" if away else "ok",
            message=f"{root.state}, {root.files} files",
            fix="attach the drive or check the folder's permissions" if away else "",
        )


def _chosen(vault: Vault) -> Check:
    """Whether the model that was chosen is the one that answers, or on the way."""
    switch = vault.models
    coming = f", {switch.next.model.title} is on the way" if switch.next else ""
    return Check(
        name="chosen model",
        state="warn" if switch.problem else "ok",
        message=switch.problem or f"{switch.active.model.title} answers{coming}",
        fix="mend its pack, or choose another model: `vvault model list`, `vvault model use NAME`"
        if switch.problem
        else "",
    )


def _engine(vault: Vault) -> Check:
    """Whether pictures go through the engine that the configuration asks for; known once the first one did."""
    opened, wanted = vault.ingest.pool.opened, vault.config.model.engine
    if not opened.device:
        return Check(name="engine", state="skip", message=f"{wanted} is asked for and starts with the first picture")
    where = f"pictures go through {opened.engine} on {opened.device}"
    return Check(
        name="engine",
        state="warn" if opened.note else "ok",
        message=f"{opened.note} {where.capitalize()}." if opened.note else where,
        fix="docs/models.md, Engines and GPUs, says what it needs; or set `model.engine`" if opened.note else "",
    )


def _words(vault: Vault) -> Check:
    """Whether the file of the words that pictures are tagged with can be read."""
    name, tagger = "auto-tag words", vault.tagger
    if not vault.config.autotags.enabled:
        return Check(name=name, state="skip", message="tagging is off (autotags.enabled)")
    if tagger.problem:
        fix = "mend the file; pictures are tagged by it some seconds after it is saved"
        return Check(name=name, state="warn", message=f"{tagger.problem} The pictures keep their tags.", fix=fix)
    return Check(name=name, state="ok", message=f"read from {display(bytes(tagger.file))[0]}")


def _watching(vault: Vault) -> Check:
    """Whether the kernel watches as many folders as there are."""
    fix = vault.ingest.noticing.lacks_watches
    return Check(
        name="watching",
        state="warn" if fix else "ok",
        message="there are more folders than we may watch; changes in the rest are found some minutes later"
        if fix
        else "all local folders are watched",
        fix=fix,
    )


def _slow_checks(vault: Vault, deep: bool) -> list[Check]:
    checks = [
        _guarded("disk space", lambda: _space(vault)),
        _guarded(doctor_config.NAME, lambda: doctor_config.check(vault.config, os.environ)),
    ]
    with vault.catalog.read() as sql:
        checks.extend(catalog_check.check(sql, deep))
    if deep:
        checks.append(_guarded("model", lambda: _model(vault)))
    return checks


def _guarded(name: str, run: Callable[[], Check]) -> Check:
    try:
        return run()
    except Exception as error:
        return Check(name=name, state="fail", message=f"the check itself failed: {error}", fix="")


def _space(vault: Vault) -> Check:
    free = shutil.disk_usage(vault.config.library.data).free
    low = free < LOW_SPACE_BYTES
    return Check(
        name="disk space",
        state="warn" if low else "ok",
        message=f"{free // 2**20} MiB free for the catalog in {vault.config.library.data}",
        fix="free some space; nothing new can be saved on a full disk" if low else "",
    )


def _model(vault: Vault) -> Check:
    manifest = load_pack(vault.pack.folder).manifest
    return Check(name="model", state="ok", message=f"{manifest.name} {manifest.revision} is whole")


HANDLERS = {"doctor": doctor}
