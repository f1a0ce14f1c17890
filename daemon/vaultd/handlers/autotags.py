"""`autotags`: the model's own tags, accepting and rejecting them, and the vocabulary they come from."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import trio

from vaultd.autotags.vocabulary import SHIPPED
from vaultd.catalog import autotags, tags
from vaultd.handlers import references
from vaultd.handlers.gesture import gesture, many
from vaultd.handlers.vault import Vault
from vaultipc.codec import display
from vaultipc.errors import Conflict, Refused
from vaultipc.messages import (
    AcceptTagParams,
    ActionResult,
    AutoTag,
    AutoTags,
    AutoTagsParams,
    Empty,
    RejectTagParams,
    VocabularyParams,
    VocabularyTold,
    VocabularyWord,
)


async def listing(vault: Vault, params: AutoTagsParams) -> AutoTags:
    """Every tag the model gives, with its counts, and how far the tagging is."""

    def read() -> tuple[list[AutoTag], tuple[int, int]]:
        with vault.catalog.read() as sql:
            found = [
                AutoTag(name=word.full_name, group=word.group, term=word.term, count=count, rejected=rejected)
                for word, count, rejected in autotags.counts(sql)
                if word.term.startswith(params.prefix) or f"{word.group}/{word.term}".startswith(params.prefix)
            ]
            return found, autotags.tagged(sql)

    return _told(vault, *await trio.to_thread.run_sync(read))


async def run(vault: Vault, params: Empty) -> AutoTags:
    """Reads the vocabulary and compares every picture's tags with it; returns when that is done."""
    if not vault.config.autotags.enabled:
        raise Refused("tagging is off", hint="set autotags.enabled to true and restart the daemon")
    await vault.tagger.run()
    return await listing(vault, AutoTagsParams())


async def accept(vault: Vault, params: AcceptTagParams) -> ActionResult:
    """Makes what the model says of these images the user's own word. The model goes on saying it."""
    images, errors = await references.meant(vault, params.images, params.images_b64, params.query)
    said, word, unsaid = _said(vault, params.tag, images)
    name = "/".join(tags.components(params.to or word.term))
    with gesture(vault, "tag", f"accept {word.full_name} as {name}", params) as action:
        changed, unchanged = tags.apply(action, tags.create(action, name), said) if said else (0, 0)
    return many(action, (changed, unchanged + unsaid), errors)


async def reject(vault: Vault, params: RejectTagParams) -> ActionResult:
    """Takes the model's tag off these images for good; it can be undone."""
    images, errors = await references.meant(vault, params.images, params.images_b64, params.query)
    said, word, unsaid = _said(vault, params.tag, images)
    with gesture(vault, "untag", f"reject {word.full_name}", params) as action:
        changed, unchanged = tags.remove(action, tags.require(action.tx.sql, word.full_name), said, "auto")
    return many(action, (changed, unchanged + unsaid), errors)


async def vocabulary(vault: Vault, params: VocabularyParams) -> VocabularyTold:
    """The words in use, and where they stand."""
    if params.copy:
        await trio.to_thread.run_sync(_copy, vault.tagger.own_file)
        await vault.tagger.look()
    found = vault.tagger.vocabulary
    words = [] if found is None else found.terms
    return VocabularyTold(
        path=_shown(vault.tagger.file),
        own=_shown(vault.tagger.own_file),
        problem=vault.tagger.problem,
        words=[VocabularyWord(term=term.name, group=term.group, threshold=term.threshold) for term in words],
    )


def _said(vault: Vault, name: str, images: Sequence[int]) -> tuple[list[int], autotags.Word, int]:
    """Those of the images that the model gives the tag, the tag's word, and how many the others are."""
    with vault.catalog.read() as sql:
        tag = autotags.named(sql, name)
        said = autotags.having(sql, tag, images)
        return said, autotags.words(sql)[tag], len(images) - len(said)


def _told(vault: Vault, found: list[AutoTag], tagged: tuple[int, int]) -> AutoTags:
    tagger = vault.tagger
    progress = tagger.progress()
    words = tagger.vocabulary
    answer = AutoTags(
        state="idle" if tagger.settled else "tagging",
        problem=tagger.problem,
        model=vault.models.active.model.title,
        vocabulary=_shown(tagger.file),
        words=0 if words is None else len(words.terms),
        done=progress.done,
        total=progress.total,
        tagged=tagged[0],
        images=tagged[1],
        tags=found,
    )
    if not vault.config.autotags.enabled:
        answer.state = "off"
    elif words is None and tagger.problem:
        answer.state = "stopped"
    return answer


def _copy(own: Path) -> None:
    if own.exists():
        raise Conflict(f"{_shown(own)} is there already", hint="edit it, or move it away to start again")
    own.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SHIPPED, own)


def _shown(file: Path) -> str:
    return display(bytes(file))[0]


HANDLERS = {
    "autotags": listing,
    "autotags.run": run,
    "autotags.accept": accept,
    "autotags.reject": reject,
    "autotags.vocabulary": vocabulary,
}
