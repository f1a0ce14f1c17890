"""Any open_clip model becomes a pack that answers as the model does."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vaultd.demo.palette import COLOURS
from vaultd.demo.scene import Scene, draw
from vaultd.demo.things import THINGS
from vaultd.models.bundled import BUNDLED
from vaultd.models.engines import open_encoders
from vaultd.models.export.exporting import export
from vaultd.models.export.order import Exported, ExportError, Order
from vaultd.models.pack import load_pack

# Found, not imported: torch by a submodule, since a folder of tests has its name, and timm not before open_clip.
MISSING = [name for name in ("torch.nn", "timm", "open_clip", "onnx") if importlib.util.find_spec(name) is None]
if MISSING:
    pytest.skip(f"not installed: {', '.join(MISSING)}", allow_module_level=True)

from vaultd.models.torch import import_open_clip  # noqa: E402

pytestmark = pytest.mark.timeout(240)  # importing torch and building models takes long on a busy machine

SMALL_CLIP = {
    "embed_dim": 64,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 128, "patch_size": 8},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 128, "heads": 4, "layers": 2},
}
# As SigLIP 2 is: attention over the whole text, the last token's answer, a bias, pictures squashed.
SMALL_SIGLIP = {
    "embed_dim": 64,
    "init_logit_bias": -10,
    "custom_text": True,
    "vision_cfg": {
        "image_size": 64, "timm_model_name": "mobilenetv3_small_050", "timm_model_pretrained": False,
        "timm_pool": "avg", "timm_proj": None,
    },
    "text_cfg": {
        "context_length": 16, "vocab_size": 400, "width": 64, "heads": 4, "layers": 2, "no_causal_mask": True,
        "pool_type": "last", "hf_tokenizer_name": "nobody/has-this", "tokenizer_kwargs": {"clean": "canonicalize"},
    },
}  # fmt: skip
SQUASHED = {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "interpolation": "bicubic", "resize_mode": "squash"}


def written(path: Path, config: dict[str, Any], preprocess: dict[str, Any] | None = None) -> Path:
    path.mkdir(exist_ok=True)
    both = {"model_cfg": config, "preprocess_cfg": preprocess or {}}
    (path / "open_clip_config.json").write_text(json.dumps(both))
    return path


def order(folder: Path, target: Path, **more: Any) -> Order:
    usual: dict[str, Any] = {"architecture": str(folder), "target": target, "name": target.name, "random_weights": True}
    return Order(**(usual | {"images": tuple(PICTURES)} | more))


def silent(line: str) -> None:
    """Progress is not of interest."""


@pytest.fixture(scope="module", autouse=True)
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of small pictures, which every export here is tried on: drawing the usual ones takes long."""
    folder = tmp_path_factory.mktemp("pictures")
    for number, (thing, colour) in enumerate(product(THINGS, COLOURS[:4])):
        draw(Scene(thing, colour, "meadow", number), (96, 72)).save(folder / f"{number}.png")
    PICTURES.append(folder)
    yield folder
    PICTURES.clear()


PICTURES: list[Path] = []


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Exported]:
    """A small CLIP with weights in a file, and its pack, which holds them for torch too."""
    open_clip = import_open_clip()
    import torch
    from safetensors.torch import save_file

    folder = written(tmp_path_factory.mktemp("export") / "clip", SMALL_CLIP)
    torch.manual_seed(7)
    model = open_clip.create_model(f"local-dir:{folder}", load_weights=False)
    save_file(model.state_dict(), folder / "open_clip_model.safetensors")
    target = folder.parent / "packs" / "small"
    return folder, export(order(folder, target, random_weights=False, keep_torch=True), silent)


@pytest.fixture(scope="module")
def siglip(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Exported]:
    folder = written(tmp_path_factory.mktemp("export") / "siglip", SMALL_SIGLIP, SQUASHED)
    sentences(folder)
    return folder, export(order(folder, folder.parent / "packs" / "siglip"), silent)


def sentences(folder: Path) -> None:
    """A small tokenizer made like Gemma's: pieces with a mark for space, an end of text, no start."""
    from tokenizers import Tokenizer, decoders, models, normalizers, processors, trainers

    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.decoder = decoders.Replace("▁", " ")
    byte_tokens = [f"<0x{value:02X}>" for value in range(256)]
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=["<pad>", "<eos>", "<unk>", *byte_tokens], show_progress=False
    )
    tokenizer.train_from_iterator([f"a {colour} {thing}" for colour in COLOURS for thing in THINGS], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="$A <eos>", special_tokens=[("<eos>", 1)])
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"pad_token": "<pad>", "eos_token": {"content": "<eos>"}}))


def pictures(count: int = 12) -> list[Image.Image]:
    return [draw(Scene(list(THINGS)[i], COLOURS[i % 11], "meadow", 5_000 + i), (160, 120)) for i in range(count)]


def test_a_clip_answers_as_in_torch_and_says_so(clip: tuple[Path, Exported]) -> None:
    done = clip[1]
    assert done.agreement.image_cosine > 0.97
    assert done.agreement.text_cosine > 0.97
    assert done.agreement.top10 >= 0.9
    assert load_pack(done.folder).manifest == done.manifest


def test_the_pack_embeds_like_open_clip_itself(clip: tuple[Path, Exported]) -> None:
    import torch

    folder, done = clip
    open_clip = import_open_clip()
    model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    texts = ["a red car", "It&#39;s  “RED”!", ""]
    with torch.inference_mode():
        images = model.eval().encode_image(torch.stack([transform(p) for p in pictures()]), normalize=True).numpy()
        words = model.encode_text(open_clip.get_tokenizer("ViT-B-32")(texts), normalize=True).numpy()
    from vaultd.models.encoder import preprocess

    found = open_encoders(load_pack(done.folder))
    batch = np.stack([preprocess(picture, done.manifest) for picture in pictures()])
    assert (found.image.embed(batch) * images).sum(axis=1).min() > 0.97
    assert (found.text.embed(texts) * words).sum(axis=1).min() > 0.97


def test_torch_runs_the_weights_that_the_pack_keeps(clip: tuple[Path, Exported]) -> None:
    pack = load_pack(clip[1].folder)
    encoders = open_encoders(pack, "torch")
    assert encoders.name == "torch", encoders.note
    texts = ["a dog", "a cat on a mat"]
    assert (encoders.text.embed(texts) * open_encoders(pack, "onnx").text.embed(texts)).sum(axis=1).min() > 0.97


def test_the_manifest_names_every_file_and_where_the_weights_came_from(clip: tuple[Path, Exported]) -> None:
    done = clip[1]
    assert set(done.manifest.files) == {path.name for path in done.folder.iterdir()} - {"manifest.json"}
    assert done.manifest.origin is not None
    assert done.manifest.origin.checkpoint == "open_clip_model.safetensors"
    assert len(done.manifest.origin.revision) == 64
    assert done.manifest.background == "photographs"
    assert [path.name for path in done.folder.parent.iterdir()] == ["small"]


def test_a_checkpoint_of_another_format_gives_the_same_towers(clip: tuple[Path, Exported], tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    folder, done = clip
    state = load_file(folder / "open_clip_model.safetensors")
    torch.save({"state_dict": {f"module.{name}": value for name, value in state.items()}}, tmp_path / "trained.pt")
    config = folder / "open_clip_config.json"
    again = export(order(config, tmp_path / "b", pretrained=str(tmp_path / "trained.pt"), random_weights=False), silent)
    assert again.manifest.revision == done.manifest.revision


def test_a_siglip_keeps_its_own_preparation_tokenizer_and_bias(siglip: tuple[Path, Exported]) -> None:
    manifest = siglip[1].manifest
    assert (manifest.resize, manifest.interpolation, manifest.mean) == ("squash", "bicubic", (0.5, 0.5, 0.5))
    assert manifest.logit_bias == -10
    assert manifest.context_length == 16
    assert manifest.cut.default.probability > 0
    texts = open_encoders(load_pack(siglip[1].folder)).text.embed(["A RED_CAR!", "a red car", "a  red   car"])
    np.testing.assert_allclose(texts, texts[[1, 1, 1]], atol=1e-5)


def test_the_training_scripts_model_is_exported_from_its_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    from training.model import configuration

    (tmp_path / "own.json").write_text(json.dumps(configuration(64) | {"custom_text": True}))
    tokenizer = BUNDLED / "mini" / "tokenizer.json"
    done = export(order(tmp_path / "own.json", tmp_path / "own", tokenizer=tokenizer, precision="fp32"), silent)
    assert done.manifest.dimension == 256
    assert done.agreement.image_cosine > 0.999
    assert done.agreement.text_cosine > 0.999


def test_weights_of_more_than_fit_in_one_file_lie_beside_it_and_are_hashed(
    clip: tuple[Path, Exported], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vaultd.models.export import quantise, towers

    monkeypatch.setattr(towers, "LARGEST", 100_000)
    monkeypatch.setattr(quantise, "LARGEST", 100_000)
    folder, plain = clip
    for precision in ("fp32", "auto"):
        done = export(order(folder, tmp_path / precision, random_weights=False, precision=precision), silent)
        assert {"image.onnx.data", "text.onnx.data"} <= set(done.manifest.files)
        found, expected = (open_encoders(load_pack(pack.folder)).text.embed(["a dog"]) for pack in (done, plain))
        assert (found * expected).sum() > 0.97


def test_an_export_that_is_interrupted_leaves_nothing(clip: tuple[Path, Exported], tmp_path: Path) -> None:
    def interrupt(line: str) -> None:
        if line.startswith("Writing the text"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(order(clip[0], tmp_path / "packs" / "half", random_weights=False), interrupt)
    assert list((tmp_path / "packs").iterdir()) == []


def wrong_shape(folder: Path) -> None:
    config = json.loads((folder / "open_clip_config.json").read_text())
    config["model_cfg"]["vision_cfg"]["width"] = 192
    (folder / "open_clip_config.json").write_text(json.dumps(config))


@pytest.mark.parametrize(
    ("spoil", "more", "said"),
    [
        (lambda folder: None, {"architecture": "ViT-B-33"}, "knows no architecture 'ViT-B-33'"),
        (lambda folder: None, {"architecture": "ViT-B-32"}, "No weights were named"),
        (lambda folder: None, {"architecture": "ViT-B-32", "pretrained": "nonesuch"}, "neither a file nor weights"),
        (lambda folder: None, {"architecture": "hf-hub:nobody/here"}, "is not on this machine"),
        (lambda folder: None, {"pretrained": "nobody/here"}, "is not on this machine"),
        (lambda folder: None, {"architecture": "ViT-B-16-SigLIP2", "random_weights": True}, "is not on this machine"),
        (wrong_shape, {}, "do not fit the configuration"),
        (lambda folder: (folder / "open_clip_model.safetensors").write_bytes(b"none"), {}, "do not fit"),
        (lambda folder: (folder / "open_clip_model.safetensors").unlink(), {}, "No weights were named"),
        (lambda folder: (folder / "open_clip_config.json").write_text("{"), {}, "is no configuration"),
        (lambda folder: (folder / "open_clip_config.json").write_text("{}"), {}, "it lacks embed_dim"),
        (lambda folder: None, {"tokenizer": Path("/nowhere.json")}, "There is no /nowhere.json"),
    ],
)
def test_what_cannot_be_exported_is_told_in_a_sentence(
    clip: tuple[Path, Exported],
    tmp_path: Path,
    spoil: Callable[[Path], None],
    more: dict[str, Any],
    said: str,
) -> None:
    folder = written(tmp_path / "model", SMALL_CLIP)
    (folder / "open_clip_model.safetensors").write_bytes((clip[0] / "open_clip_model.safetensors").read_bytes())
    spoil(folder)
    with pytest.raises(ExportError, match=said):
        export(order(folder, tmp_path / "packs" / "none", **({"random_weights": False} | more)), silent)
    assert list((tmp_path / "packs").iterdir()) == []
