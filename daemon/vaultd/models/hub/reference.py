"""What a person asks `pull` for: a recommended model, `owner/repo[@revision]`, or the page of one on the hub."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from vaultd.models.hub.curated import Curated, captioning, curated, recommended
from vaultipc.errors import NotFound, UserError

# The hub's own rule (huggingface_hub.utils.validate_repo_id): up to 96 of these, no `--`, no `..`, no dot or dash at an
# end; here the owner is not optional.
_PART = r"(?!-|\.)(?:(?!--|\.\.)[\w.-])+(?<![-.])"
_REPO = re.compile(rf"{_PART}/{_PART}", re.ASCII)
_REVISION = re.compile(r"[A-Za-z0-9][\w./-]{0,199}", re.ASCII)
_HUB_PAGES = ("huggingface.co", "www.huggingface.co", "hf.co")


class BadReference(UserError):
    """The text names no model of a hub, or no revision."""


@dataclass(frozen=True)
class Reference:
    """A repository on the hub. `revision` is a branch, tag or commit, empty where none was asked for."""

    repo: str
    revision: str
    curated: Curated | None = None

    @property
    def default_name(self) -> str:
        """A name for the pack: the recommended one, else the repository's own."""
        if self.curated:
            return self.curated.name
        return re.sub(r"[^a-z0-9.-]+", "-", self.repo.split("/")[1].lower()).strip("-.")

    @property
    def sha256(self) -> str:
        """Of the weights that the list expects at this revision; empty where it knows none."""
        known = self.curated
        return known.sha256 if known and self.revision == known.revision else ""


def read_reference(text: str, revision: str = "") -> Reference:
    """`revision` is that of the flag. Raises BadReference, or NotFound for a word that is no recommended model."""
    repo, _, in_text = _from_page(text).partition("@")
    if in_text and revision and in_text != revision:
        raise BadReference(f"Two revisions: {in_text!r} in the name, {revision!r} after --revision.", "Say one.")
    wanted = revision or in_text
    if wanted and (not _REVISION.fullmatch(wanted) or ".." in wanted):
        raise BadReference(f"{wanted!r} is no revision.", "It is a branch, a tag, or a commit of 40 digits.")
    model = recommended(repo)
    if model is not None:
        return Reference(model.repo, wanted or model.revision, model)
    if "/" not in repo:
        words = ", ".join(model.role for model in [*curated(), *captioning()])
        raise NotFound(f"No recommended model is called {repo!r}.", f"They are {words}; any other is owner/repo.")
    if not _REPO.fullmatch(repo) or len(repo) > 96:
        raise BadReference(f"{repo!r} is no model of the hub.", "The hub's names are owner/repo.")
    return Reference(repo, wanted)


def _from_page(text: str) -> str:
    """`owner/repo[@revision]` of an address as a browser shows it; any other text as it is."""
    if "://" not in text:
        return text
    address = urlsplit(text)
    parts = address.path.strip("/").split("/")
    if address.scheme != "https" or address.hostname not in _HUB_PAGES or len(parts) < 2:
        raise BadReference(
            f"{text!r} is no page of a model on huggingface.co.", "Say owner/repo; HF_ENDPOINT names a mirror."
        )
    if len(parts) > 3 and parts[2] in ("tree", "blob", "commit"):
        return f"{parts[0]}/{parts[1]}@{parts[3]}"
    return f"{parts[0]}/{parts[1]}"
