"""A checkpoint that is pulled becomes a pack at once, where torch is installed."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import pytest

MISSING = [name for name in ("torch.nn", "timm", "open_clip", "onnx") if importlib.util.find_spec(name) is None]
if MISSING:
    pytest.skip(f"not installed: {', '.join(MISSING)}", allow_module_level=True)

from huggingface_hub import constants  # noqa: E402

from support.hub import LoopbackHub, Repo  # noqa: E402
from support.hub_packs import COMMIT  # noqa: E402
from support.pulling import pulled  # noqa: E402
from vaultd.models.bundled import open_pack  # noqa: E402
from vaultd.models.engines import open_encoders  # noqa: E402
from vaultd.models.torch import import_open_clip  # noqa: E402

pytestmark = pytest.mark.timeout(300)  # importing torch and building the model takes long on a busy machine

CONFIG = {
    "embed_dim": 64,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 128, "patch_size": 8},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 128, "heads": 4, "layers": 2},
}


def checkpoint(folder: Path) -> dict[str, bytes]:
    """A repository as open_clip writes one, of a small model with random weights."""
    open_clip = import_open_clip()
    import torch
    from safetensors.torch import save_file

    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": CONFIG, "preprocess_cfg": {}}))
    torch.manual_seed(3)
    model = open_clip.create_model(f"local-dir:{folder}", load_weights=False)
    save_file(model.state_dict(), folder / "open_clip_model.safetensors")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_pulled_checkpoint_is_exported_and_says_where_it_is_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("no CLIP weights found")  # open_clip's word on the model that this test makes
    expect_log("No pretrained weights loaded")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)  # put back afterwards: a pull forbids it when it exports
    (tmp_path / "made").mkdir()
    packs = tmp_path / "models"
    with LoopbackHub({"Some.One/Small_CLIP": Repo(checkpoint(tmp_path / "made"), licence="mit")}) as hub:
        assert pulled(hub, packs, "Some.One/Small_CLIP").transferred
        assert constants.HF_HUB_OFFLINE
        hub.requests.clear()
        assert not pulled(hub, packs, "Some.One/Small_CLIP").transferred
        assert hub.requests == []
    pack = open_pack("small-clip", packs)
    assert pack.manifest.licence == "mit"
    assert pack.manifest.origin is not None
    assert (pack.manifest.origin.checkpoint, pack.manifest.origin.revision) == ("Some.One/Small_CLIP", COMMIT)
    assert open_encoders(pack, "onnx").text.embed(["a dog"]).shape == (1, 64)
    assert sorted(path.name for path in (packs / ".pull").iterdir()) == ["lock"]
