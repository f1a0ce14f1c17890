"""From the hub to a pack: `vvault model pull`.

What is wanted is settled first (a commit, its files, the licence, the room); then the files come into `.pull/`, each
checked against the hub's digest, against what was trusted before, and against `--sha256`; only what passed becomes a
pack, in one step. After a cut, Ctrl-C or a full disk the same command goes on where it stopped.
"""

from __future__ import annotations

from pathlib import Path

from vaultd.models.bundled import BUNDLED, find_packs
from vaultd.models.captioners import NOTE, CaptionModel, load_note
from vaultd.models.hub import captioner, checkpoint, selection
from vaultd.models.hub.listing import Listing, RemoteFile
from vaultd.models.hub.patience import Patience, Waiting
from vaultd.models.hub.pins import Pin, Pins
from vaultd.models.hub.remote import Hub
from vaultd.models.hub.staging import Staging, only_one
from vaultd.models.hub.terms import agree
from vaultd.models.hub.transfer import Transfer
from vaultd.models.hub.wish import Pulled, Teller, Wish
from vaultd.models.manifest import MANIFEST, Manifest, PackError, read_manifest
from vaultd.models.pack import load_pack
from vaultipc.errors import Conflict, NotFound, Refused


def pull(wish: Wish, teller: Teller, hub: Hub, patience: Patience | None = None) -> Pulled:
    """Makes the pack of a reference be there. Raises a UserError that says why it cannot be."""
    pin = Pins(wish.packs).of(wish.reference.repo)
    here = _already_here(wish, pin)
    if here is not None:
        return here
    if not wish.allowed:
        raise Refused("The configuration forbids the network (`network.enabled`).", "Set it to true to pull models.")
    with only_one(wish.packs):
        work = _Pull(wish, teller, hub, patience or Patience(), pin)
        return {"pack": work.pack, "checkpoint": work.checkpoint, "captioner": work.captioner}[work.kind]()


def _already_here(wish: Wish, pin: Pin | None) -> Pulled | None:
    """The pack, if it is here whole and in the revision that is wanted; found out without the network."""
    reference = wish.reference
    if not reference.repo:
        folder = BUNDLED / reference.default_name
        return Pulled(folder, read_manifest(folder), transferred=False, bundled=True)
    if pin is None or reference.revision not in ("", pin.commit):
        return None
    folder = wish.packs / pin.name
    what = _whole(folder)
    if what is None:  # gone or damaged: it is pulled again
        return None
    if wish.sha256 not in ("", *pin.files.values()):
        raise Refused(f"What was pulled of {reference.repo} has another sha256 than {wish.sha256[:12]}….", _OTHER)
    return Pulled(folder, what, transferred=False)


def _whole(folder: Path) -> Manifest | CaptionModel | None:
    """What a folder holds, if all of it is there."""
    try:
        return load_note(folder) if (folder / NOTE).is_file() else load_pack(folder).manifest
    except PackError:
        return None


class _Pull:
    """One pull on its way. Everything is about one listing: a repository at one commit."""

    def __init__(self, wish: Wish, teller: Teller, hub: Hub, patience: Patience, pin: Pin | None) -> None:
        self._wish = wish
        self._teller = teller
        self._hub = hub
        self._pin = pin
        self._listing = self._settled(patience)
        self.kind = selection.kind_of(self._listing)
        self._trusted = pin.files if pin and pin.commit == self._listing.commit else {}
        self._staging = Staging(wish.packs, self._listing.repo, self._listing.commit)
        self._transfer = Transfer(hub, self._listing, teller, patience)
        self._staging.open()

    def _settled(self, patience: Patience) -> Listing:
        """The listing of the revision that is asked for, else of the one trusted before, else of the newest."""
        revision = self._wish.reference.revision or (self._pin.commit if self._pin else "main")
        waiting = Waiting(patience, self._hub.host, self._teller.say)
        return waiting.through(lambda: self._hub.listing(self._wish.reference.repo, revision))

    def pack(self) -> Pulled:
        """Brings a ready pack."""
        listing, staging = self._listing, self._staging
        taken = {MANIFEST: self._bring(selection.manifest_file(listing))}
        self._check_asked(taken[MANIFEST])
        try:
            manifest = read_manifest(staging.folder)
            files = selection.pack_files(listing, manifest)
            self._announce(manifest.name, files, listing.licence or manifest.licence)
            taken |= self._bring_all(files)
            load_pack(staging.folder)
        except PackError:
            staging.discard()
            raise
        Pins(self._wish.packs).set(listing.repo, Pin(listing.commit, manifest.name, taken))
        return Pulled(staging.publish(manifest.name), manifest, transferred=True)

    def checkpoint(self) -> Pulled:
        """Brings a checkpoint, and has it exported."""
        listing = self._listing
        name = self._wish.reference.default_name
        weights = selection.weights_file(listing)
        if weights.kind == "sha256":
            self._check_asked(weights.digest)
        files = selection.checkpoint_files(listing)
        self._announce(name, files, listing.licence, beside=weights.size if checkpoint.can_export() else 0)
        taken = self._bring_all(files)
        self._check_asked(taken[weights.path])
        Pins(self._wish.packs).set(listing.repo, Pin(listing.commit, name, taken))
        checkpoint.check(self._staging, listing)
        self._hub.leave()
        pulled = checkpoint.exported(self._staging, listing, self._wish, name, self._teller)
        self._staging.discard()
        return pulled

    def captioner(self) -> Pulled:
        """Brings a model that writes captions."""
        listing, staging, name = self._listing, self._staging, self._wish.reference.default_name
        weights = selection.captioner_weights(listing, self._wish.sha256)
        if weights.kind == "sha256":
            self._check_asked(weights.digest)
        try:
            self._bring(selection.captioner_config(listing))
            captioner.known_architecture(staging, listing)
            files = selection.captioner_files(listing, weights)
            self._announce(name, files, listing.licence)
            taken = self._bring_all(files)
            self._check_asked(taken[weights.path])
            note = captioner.noted(staging, listing, name, listing.licence or "not stated", taken)
        except (PackError, NotFound):
            staging.discard()
            raise
        Pins(self._wish.packs).set(listing.repo, Pin(listing.commit, name, taken))
        return Pulled(staging.publish(name), note, transferred=True)

    def _announce(self, name: str, files: list[RemoteFile], licence: str, beside: int = 0) -> None:
        """All that can stand in the way is asked before the first large byte. `beside`: bytes needed later."""
        self._check_name(name)
        listing, staging, size = self._listing, self._staging, sum(file.size for file in files)
        agree(self._wish, self._teller, listing, licence, self._hub.endpoint)
        staging.check_room(size - sum(staging.here(file.path) for file in files) + beside)
        what = f"{listing.repo} at {listing.commit[:12]}"
        self._teller.say(f"{what}: {size / 1e6:,.1f} MB, licence: {licence or 'not stated'}.")

    def _check_name(self, name: str) -> None:
        """A pack of another origin, or of another revision, is never replaced: a daemon may be reading it."""
        place = self._wish.packs / name
        is_ours = self._pin is not None and self._pin.name == name and bool(self._trusted)
        if name in find_packs() or (place.exists() and not is_ours):
            where = BUNDLED / name if name in find_packs() else place
            raise Conflict(
                f"A pack named {name} is there already, and not from {self._listing.repo} at this commit: {where}.",
                "Remove that folder to make room for this one." if where == place else "It is the bundled one.",
            )

    def _bring_all(self, files: list[RemoteFile]) -> dict[str, str]:
        """File name to sha256 of what was brought."""
        self._teller.begin(sum(file.size for file in files))
        try:
            return {file.path: self._bring(file) for file in files}
        finally:
            self._teller.end()

    def _bring(self, file: RemoteFile) -> str:
        sha256 = self._transfer.bring(file, self._staging.folder / file.path)
        if self._trusted.get(file.path, sha256) != sha256:
            self._staging.discard()
            raise Refused(
                f"{self._hub.host} now has other bytes for {file.path} of {self._listing.repo} than when it was first "
                f"pulled, at the same commit: they were deleted.",
                "A commit never changes by itself: do not trust this hub.",
            )
        return sha256

    def _check_asked(self, sha256: str) -> None:
        """Raises Refused, and leaves nothing behind, unless this is the sha256 that the person named."""
        if self._wish.sha256 in ("", sha256):
            return
        self._staging.discard()
        raise Refused(
            f"{self._listing.repo} has the sha256 {sha256}, not the one of --sha256 or of the list; nothing was kept.",
            _OTHER,
        )


_OTHER = "It is that of a pack's manifest.json, or of a checkpoint's weights. Check it, and the revision."
