"""What `status` and `doctor` say of captions and of text in pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import UNSET, UnsetType

from vaultd import extras
from vaultd.catalog.telling import Kind
from vaultd.config import Config
from vaultd.handlers.vault import Vault
from vaultd.ingest import tellers
from vaultd.ingest.telling_round import Telling
from vaultd.models.captioners import read_note
from vaultd.models.hub.curated import captioning
from vaultd.models.manifest import PackError
from vaultipc.messages import Check, WordsFound

_NAMES: dict[Kind, str] = {"ocr": "text in pictures", "caption": "captions"}


def progress(vault: Vault, kind: Kind) -> WordsFound | UnsetType:
    """How far a kind is; nothing where it is not installed, not pulled or not wanted."""
    one = vault.ingest.upkeep.finding_words.standing.get(kind)
    if one is None:
        return UNSET
    return WordsFound(
        source=one.teller.source,
        done=one.done,
        total=one.done + one.left,
        failed=one.failed,
        problem=one.problem or UNSET,
    )


def checks(config: Config, standing: Mapping[Kind, Telling]) -> Iterator[Check]:
    """One of each kind: whether it is at work, and what it lacks. `standing`: of those that are."""
    yield _check(config, "ocr", standing.get("ocr"))
    yield _check(config, "caption", standing.get("caption"))


def _check(config: Config, kind: Kind, one: Telling | None) -> Check:
    name, missing = _NAMES[kind], tellers.missing(kind)
    if not tellers.is_wanted(config, kind):
        return Check(name=name, state="skip", message=f"switched off ({_section(kind)}.enabled)")
    if missing:
        fix = f"`{extras.command(tellers.EXTRAS[kind])}`, then restart the daemon"
        return Check(name=name, state="skip", message=f"not installed: {', '.join(missing)}", fix=fix)
    lacking = _lacks_model(config) if kind == "caption" else None
    return lacking or _at_work(kind, one)


def _lacks_model(config: Config) -> Check | None:
    """What is said where the model that is to write is not here, or damaged."""
    folder, name = tellers.caption_folder(config), config.captions.model
    if folder is None:
        word = next((model.role for model in captioning() if model.name == name), "")
        fix = f"`vvault model pull {word or 'OWNER/REPO'}`" + (
            "" if word else ", or `vvault config set captions.model`"
        )
        return Check(name="captions", state="skip", message=f"the model {name} is not here", fix=fix)
    try:
        read_note(folder)
    except PackError as error:
        return Check(name="captions", state="warn", message=error.message, fix=error.hint or "")
    return None


def _at_work(kind: Kind, one: Telling | None) -> Check:
    if one is None:
        return Check(name=_NAMES[kind], state="ok", message="about to begin")
    failed = f"; of {one.failed:,} none could be found" if one.failed else ""
    told = f"{one.done:,} of {one.done + one.left:,} pictures gone through by {one.teller.source}{failed}"
    return Check(
        name=_NAMES[kind],
        state="warn" if one.problem else "ok",
        message=f"{one.problem}: {told}" if one.problem else told,
        fix="mend what it says, or switch it off: " + f"`vvault config set {_section(kind)}.enabled false`"
        if one.problem
        else "",
    )


def _section(kind: Kind) -> str:
    return "captions" if kind == "caption" else kind
