"""The model to export: built by open_clip from its configuration, filled from a file.

open_clip can do most of this by itself, but would reach for the network, leave random weights where it finds none, and
prepare pictures in its default way for a local file, whatever the architecture was trained with.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vaultd.models.export.hubcache import cached_repository
from vaultd.models.export.order import ExportError, Order
from vaultd.models.export.quiet import quiet
from vaultd.models.manifest import Origin
from vaultd.models.torch import import_open_clip

CONFIG = "open_clip_config.json"
WEIGHTS = "open_clip_model.safetensors"
HUB = "hf-hub:"
_SUFFIXES = (".safetensors", ".bin", ".pt", ".pth", ".npz")


@dataclass
class Plan:
    """What is to be built: open_clip's configuration, and a file of weights (None: random ones).

    `preprocess` has open_clip's keys: mean, std, interpolation, resize_mode, as far as they are known.
    `beside`: the folder that configuration or weights came from; a tokenizer may lie in it.
    `checkpoint` and `revision` name the weights, as in `Origin`.
    """

    config: dict[str, Any]
    preprocess: dict[str, Any]
    weights: Path | None = None
    beside: Path | None = None
    checkpoint: str = ""
    revision: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def text_config(self) -> dict[str, Any]:
        """The text tower's part of the configuration."""
        text: dict[str, Any] = self.config["text_cfg"]
        return text


@dataclass
class Source:
    """A model in evaluation mode, float32 on the CPU. `preprocess` is complete, and has the `size` too."""

    model: Any
    preprocess: dict[str, Any]
    origin: Origin


def plan_source(order: Order) -> Plan:
    """Finds what the order names. Raises ExportError where configuration or weights cannot be had."""
    plan = _planned(import_open_clip(), order)
    if order.random_weights:
        plan.weights, plan.checkpoint, plan.revision = None, "", ""
    elif plan.weights is None:
        raise ExportError(
            f"No weights were named for {order.architecture}, and without them its answers mean nothing.",
            "Give --pretrained a file or a name of weights; --random-weights exports it untrained, for a test.",
        )
    elif not plan.revision:
        plan.revision = _sha256(plan.weights)
    return plan


def build_source(plan: Plan, architecture: str, work: Path) -> Source:
    """The model. `work` is a folder for files that are needed only now.

    Raises ExportError where configuration and weights do not fit each other.
    """
    open_clip = import_open_clip()
    weights = plan.weights
    if weights is not None and _is_torchscript(weights):
        weights = _unscripted(weights, work)
        plan.config["quick_gelu"] = True  # only OpenAI published such archives, and its models were trained with it
    model = _built(open_clip, plan, weights, work)
    preprocess = dict(open_clip.get_model_preprocess_cfg(model))
    return Source(model, preprocess, Origin(architecture, plan.checkpoint, plan.revision))


def _planned(open_clip: Any, order: Order) -> Plan:
    """The configuration and the weights that the order means."""
    plan = _configured(open_clip, order.architecture)
    if not order.pretrained:
        return plan
    file = Path(order.pretrained).expanduser()
    tag = open_clip.get_pretrained_cfg(order.architecture, order.pretrained)
    if file.is_file():
        plan.weights, plan.checkpoint = file, file.name
    elif tag:
        repository = str(tag.get("hf_hub", ""))
        if not repository:
            raise ExportError(
                f"{order.pretrained} of {order.architecture} is on no hub.", f"Download {tag['url']} and name the file."
            )
        _take_from_hub(plan, repository)
        plan.preprocess.update(_preprocessing(tag))
        plan.config["quick_gelu"] = bool(tag.get("quick_gelu", plan.config.get("quick_gelu", False)))
    elif order.pretrained.removeprefix(HUB).count("/") == 1 and not order.pretrained.startswith((".", "/", "~")):
        _take_from_hub(plan, order.pretrained.removeprefix(HUB))
    else:
        known = ", ".join(open_clip.list_pretrained_tags_by_model(order.architecture)) or "none"
        raise ExportError(
            f"{order.pretrained} is neither a file nor weights that open_clip knows for {order.architecture}.",
            f"Known for it: {known}.",
        )
    return plan


def _configured(open_clip: Any, architecture: str) -> Plan:
    """The configuration that an architecture's name or path means; weights too, if they lie beside it."""
    if architecture.startswith(HUB):
        plan = _of_folder(cached_repository(architecture.removeprefix(HUB)))
        plan.checkpoint = architecture.removeprefix(HUB)
        plan.revision = plan.beside.name if plan.beside else ""
        return plan
    path = Path(architecture).expanduser()
    if path.is_dir():
        return _of_folder(path)
    if path.suffix == ".json":
        return _of_file(path)
    config = open_clip.get_model_config(architecture.replace("/", "-"))
    if config is None:
        raise ExportError(
            f"open_clip knows no architecture {architecture!r}.",
            "Its names are those of open_clip.list_models(), such as ViT-B-32; a configuration of your own is a file.",
        )
    plan = Plan(config, {})
    _prepare_as_trained(open_clip, architecture, plan)
    return plan


def _prepare_as_trained(open_clip: Any, architecture: str, plan: Plan) -> None:
    """Takes the preparation of pictures that all published weights of an architecture share."""
    tags = open_clip.list_pretrained_tags_by_model(architecture)
    ways = [_preprocessing(open_clip.get_pretrained_cfg(architecture, tag)) for tag in tags]
    if ways and all(way == ways[0] for way in ways):
        plan.preprocess.update(ways[0])
    elif ways:
        plan.notes = [
            f"Weights of {architecture} were trained with different preparations of pictures; unless --pretrained "
            f"names published ones, open_clip's default is taken."
        ]


def _preprocessing(tag: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a published model's entry that says how its pictures are prepared."""
    return {key: tag[key] for key in ("mean", "std", "interpolation", "resize_mode") if tag.get(key) is not None}


def _of_folder(folder: Path) -> Plan:
    """A folder in open_clip's own format: open_clip_config.json, perhaps weights and a tokenizer."""
    plan = _of_file(folder / CONFIG)
    plan.weights, plan.beside = _weights_in(folder), folder
    plan.checkpoint = plan.weights.name if plan.weights else ""
    return plan


def _of_file(path: Path) -> Plan:
    """A configuration: {"model_cfg": …, "preprocess_cfg": …}, or the model_cfg alone."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExportError(f"{path} is no configuration of a model: {error}.") from error
    config = found.get("model_cfg", found) if isinstance(found, dict) else {}
    if not all(isinstance(config.get(key), kind) for key, kind in _MUST_HAVE.items()):
        raise ExportError(f"{path} is no configuration of a model: it lacks {', '.join(_MUST_HAVE)}.")
    return Plan(config, dict(found.get("preprocess_cfg") or {}), beside=path.parent)


_MUST_HAVE = {"embed_dim": int, "vision_cfg": dict, "text_cfg": dict}


def _take_from_hub(plan: Plan, name: str) -> None:
    """The weights of a repository, or of one file of it, in the hub's cache."""
    owner, _, rest = name.partition("/")
    repository, _, file = rest.partition("/")
    folder = cached_repository(f"{owner}/{repository}")
    weights = folder / file if file else _weights_in(folder)
    if weights is None or not weights.is_file():
        raise ExportError(f"What is here of {name} holds no weights.", f"Fetch it: vvault model pull {name}")
    if (folder / CONFIG).is_file():
        plan.preprocess.update(_of_file(folder / CONFIG).preprocess)
    plan.weights, plan.beside, plan.checkpoint, plan.revision = weights, folder, name.rstrip("/"), folder.name


def _weights_in(folder: Path) -> Path | None:
    """The file of weights in a folder: open_clip's before others, safetensors before pickles."""
    found = [path for path in folder.iterdir() if path.suffix in _SUFFIXES and path.is_file()]
    return min(
        found, key=lambda p: (not p.name.startswith("open_clip"), _SUFFIXES.index(p.suffix), p.name), default=None
    )


def _built(open_clip: Any, plan: Plan, weights: Path | None, work: Path) -> Any:
    """The model. Random weights are the same each time."""
    import torch

    if "hf_model_name" not in plan.config["text_cfg"]:
        # The text tower as a module of its own: the same weights, and its mask can be cut to a text's length.
        plan.config["custom_text"] = True
    torch.manual_seed(0)
    (work / CONFIG).write_text(json.dumps({"model_cfg": plan.config, "preprocess_cfg": plan.preprocess}))
    try:
        with quiet():
            model = open_clip.create_model(
                f"local-dir:{work}", load_weights=False, pretrained_image=False, pretrained_text=False
            )
            if weights is not None:
                open_clip.load_checkpoint(model, str(weights))
    except Exception as error:  # torch, timm and open_clip raise what they like
        reason = str(error).strip().splitlines()[0].rstrip(".:") if str(error).strip() else type(error).__name__
        what = f"The weights {weights} do not fit" if weights is not None else "Nothing can be built from"
        raise ExportError(f"{what} the configuration: {reason}.") from error
    model = model.float().eval()
    if weights is None:
        _tell_apart(model)
    return model


def _tell_apart(model: Any) -> None:
    """Changes random weights so that the image tower answers different pictures differently.

    Many architectures begin as if they had no branches (scales of 1e-5), and their norms know no statistics yet;
    an export of such weights could agree with torch by giving every picture the same answer.
    """
    import torch

    norms = [module for module in model.visual.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    size = model.visual.image_size
    height, width = (size, size) if isinstance(size, int) else size
    with torch.no_grad():
        for name, weight in model.visual.named_parameters():
            if name.endswith("gamma"):
                weight.fill_(0.5)
        if not norms:
            return
        for norm in norms:
            norm.momentum = None
            norm.train()
        model.encode_image(torch.randn(4, 3, height, width))
    model.eval()


def _is_torchscript(path: Path) -> bool:
    """Whether a file is a compiled model, as OpenAI published its own, and not a plain dictionary of weights."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any("/code/" in name for name in archive.namelist())


def _unscripted(path: Path, work: Path) -> Path:
    """The weights of a compiled model as a plain dictionary, in a file below `work`."""
    import torch

    state = torch.jit.load(path, map_location="cpu").state_dict()
    plain = {k: v for k, v in state.items() if k not in ("input_resolution", "context_length", "vocab_size")}
    torch.save(plain, work / "unscripted.pt")
    return work / "unscripted.pt"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
