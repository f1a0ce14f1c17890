"""A pack is believed only when it is what its manifest says."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vaultd.models.bundled import BUNDLED, find_packs, open_pack
from vaultd.models.encoder import preprocess
from vaultd.models.onnx import OnnxImageEncoder, OnnxTextEncoder
from vaultd.models.pack import BACKGROUND_ROWS, Manifest, PackError, load_pack
from vaultipc.errors import EXIT_REFUSED, NotFound


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BUNDLED / "mini", tmp_path / "copy"))


def edit(folder: Path, **changes: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def replace_file(folder: Path, name: str, content: bytes) -> None:
    """Another file under an honest hash."""
    (folder / name).write_bytes(content)
    files = json.loads((folder / "manifest.json").read_text())["files"]
    edit(folder, files=files | {name: hashlib.sha256(content).hexdigest()})


def test_the_bundled_pack_opens_by_name() -> None:
    pack = open_pack("mini")
    assert pack.manifest.name == "mini"
    assert 0 < len(pack.background) <= BACKGROUND_ROWS
    np.testing.assert_allclose(np.linalg.norm(pack.background, axis=1), 1, atol=1e-5)


def test_the_bundled_packs_towers_stay_under_fifteen_megabytes() -> None:
    assert sum((BUNDLED / "mini" / name).stat().st_size for name in ("image.onnx", "text.onnx")) < 15e6


def test_a_pack_opens_by_its_folder(folder: Path) -> None:
    assert open_pack(str(folder)).folder == folder


def test_a_local_pack_hides_the_bundled_one_of_its_name(tmp_path: Path) -> None:
    local = tmp_path / "packs"
    shutil.copytree(BUNDLED / "mini", local / "mini")
    assert find_packs(local)["mini"] == local / "mini"
    assert open_pack("mini", local).folder == local / "mini"


def test_a_pack_that_is_not_finished_is_not_found(tmp_path: Path) -> None:
    shutil.copytree(BUNDLED / "mini", tmp_path / ".half")
    assert ".half" not in find_packs(tmp_path)


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(PackError, match="no model pack named 'maxi'") as told:
        open_pack("maxi")
    assert "mini" in told.value.hint
    assert isinstance(told.value, NotFound)
    assert told.value.exit_code == EXIT_REFUSED


@pytest.mark.parametrize("name", ["fast", "clip-vit-b-32"])
def test_a_recommended_pack_that_is_not_here_is_to_be_fetched_first(name: str) -> None:
    with pytest.raises(NotFound) as told:
        open_pack(name)
    assert told.value.hint == "Fetch it first: `vvault model pull fast`."


def test_a_folder_that_does_not_exist_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no model pack"):
        open_pack(str(tmp_path / "gone"))


def test_a_folder_without_a_manifest_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="is no model pack"):
        load_pack(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"format": 2}', b'{"format": "two"}', b"\xff\xfe", b"[" * 100_000]
)
def test_a_damaged_manifest_is_refused(folder: Path, content: bytes) -> None:
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(PackError, match=r"damaged manifest\.json"):
        load_pack(folder)


def test_a_future_format_is_refused_before_its_fields_are_read(folder: Path) -> None:
    edit(folder, format=3, something_new=True, dimension="many")
    with pytest.raises(PackError, match="of format 3, and this version reads format 2") as told:
        load_pack(folder)
    assert "Update" in told.value.hint


def test_a_past_format_is_refused_with_the_way_to_a_new_one(folder: Path) -> None:
    edit(folder, format=1)
    with pytest.raises(PackError, match="of format 1, and this version reads format 2") as told:
        load_pack(folder)
    assert "again" in told.value.hint


def test_an_unknown_field_is_refused(folder: Path) -> None:
    edit(folder, colour="red")
    with pytest.raises(PackError, match="colour"):
        load_pack(folder)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "../elsewhere"),
        ("name", ""),
        ("name", "a/b"),
        ("name", "mini\n"),
        ("revision", ""),
        ("dimension", 0),
        ("dimension", -256),
        ("dimension", 10**12),
        ("image_size", [96, 10**9]),
        ("image_size", [96]),
        ("image_size", [0, 96]),
        ("mean", [0.5, 0.5, 1e30]),
        ("std", [0.2, 0.0, 0.2]),
        ("std", [0.2, -0.2, 0.2]),
        ("context_length", 10**9),
        ("pad_token", -1),
        ("logit_scale", 1e300),
        ("resize", "sideways"),
        ("cut", {}),
        ("precision", {"image": "int4"}),
        ("licence", "x" * 10_000),
        ("torch", {"architecture": "ViT-B-32", "config": "../c.json", "weights": "/etc/passwd"}),
    ],
)
def test_a_field_beyond_sense_is_refused_by_its_name(folder: Path, field: str, value: Any) -> None:
    edit(folder, **{field: value})
    with pytest.raises(PackError, match=rf"damaged manifest\.json.*\$\.{field}"):
        load_pack(folder)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-1e999"])
def test_a_number_that_is_none_is_refused(folder: Path, number: str) -> None:
    edit(folder, logit_scale="here")
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"here"', number))
    with pytest.raises(PackError, match=r"damaged manifest\.json"):
        load_pack(folder)


@pytest.mark.parametrize("name", ["../image.onnx", "/etc/passwd", "a/b.onnx", "..", ".hidden", "", "a\0b", "a\n"])
def test_a_file_outside_the_packs_folder_is_never_read(folder: Path, name: str) -> None:
    files = json.loads((folder / "manifest.json").read_text())["files"]
    edit(folder, files=files | {name: "0" * 64})
    with pytest.raises(PackError, match=r"damaged manifest\.json"):
        load_pack(folder)


@pytest.mark.parametrize("name", ["image.onnx", "text.onnx", "tokenizer.json", "background.npy"])
def test_a_manifest_that_leaves_a_file_out_is_refused(folder: Path, name: str) -> None:
    files = json.loads((folder / "manifest.json").read_text())["files"]
    del files[name]
    edit(folder, files=files)
    with pytest.raises(PackError, match=f"incomplete.*{name}"):
        load_pack(folder)


def test_a_hash_that_is_none_is_refused(folder: Path) -> None:
    files = json.loads((folder / "manifest.json").read_text())["files"]
    edit(folder, files=files | {"text.onnx": "abc"})
    with pytest.raises(PackError, match=r"damaged manifest\.json"):
        load_pack(folder)


def test_weights_that_the_manifest_does_not_name_are_refused(folder: Path) -> None:
    (folder / "image.onnx.data").write_bytes(b"weights of somebody else")
    with pytest.raises(PackError, match=r"holds image\.onnx\.data, which its manifest does not name"):
        load_pack(folder)


def test_weights_beside_a_graph_are_hashed_too(folder: Path) -> None:
    replace_file(folder, "image.onnx.data", b"weights")
    load_pack(folder)
    (folder / "image.onnx.data").write_bytes(b"other weights")
    with pytest.raises(PackError, match=r"image\.onnx\.data is not the file"):
        load_pack(folder)


def test_a_pack_for_torch_lacks_nothing_that_torch_reads(folder: Path) -> None:
    edit(folder, torch={"architecture": "ViT-B-32", "config": "config.json", "weights": "weights.safetensors"})
    with pytest.raises(PackError, match=r"incomplete.*config\.json"):
        load_pack(folder)


@pytest.mark.parametrize("name", ["image.onnx", "text.onnx", "tokenizer.json", "background.npy"])
def test_a_changed_file_is_refused(folder: Path, name: str) -> None:
    with (folder / name).open("r+b") as file:
        file.seek(1000)
        file.write(b"!")
    with pytest.raises(PackError, match=f"{name} is not the file"):
        load_pack(folder)


def test_a_truncated_file_is_refused(folder: Path) -> None:
    with (folder / "text.onnx").open("r+b") as file:
        file.truncate(5000)
    with pytest.raises(PackError, match=r"text\.onnx is not the file"):
        load_pack(folder)


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    with pytest.raises(PackError, match=r"lacks tokenizer\.json"):
        load_pack(folder)


def test_a_background_of_another_dimension_is_refused(folder: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "other.npy", np.ones((5, 7), np.float16))
    replace_file(folder, "background.npy", (tmp_path / "other.npy").read_bytes())
    with pytest.raises(PackError, match="does not fit together"):
        load_pack(folder)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0])
def test_a_background_without_directions_is_refused(folder: Path, tmp_path: Path, value: float) -> None:
    rows = np.ones((5, 256), np.float16)
    rows[3] = value
    np.save(tmp_path / "other.npy", rows)
    replace_file(folder, "background.npy", (tmp_path / "other.npy").read_bytes())
    with pytest.raises(PackError, match="not all rows are directions"):
        load_pack(folder)


def test_a_background_of_objects_is_refused_and_not_run(folder: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "other.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    replace_file(folder, "background.npy", (tmp_path / "other.npy").read_bytes())
    with pytest.raises(PackError, match=r"damaged background\.npy"):
        load_pack(folder)


def test_a_background_that_is_no_array_is_refused(folder: Path) -> None:
    replace_file(folder, "background.npy", b"no array")
    with pytest.raises(PackError, match=r"damaged background\.npy"):
        load_pack(folder)


def test_a_tower_that_onnx_runtime_cannot_open_is_told(folder: Path) -> None:
    replace_file(folder, "image.onnx", b"no graph")
    pack = load_pack(folder)
    height, width = pack.manifest.image_size
    with pytest.raises(PackError, match=r"cannot open .*image\.onnx"):
        OnnxImageEncoder(pack).embed(np.zeros((1, 3, height, width), np.float32))


def test_a_tower_of_another_dimension_is_told(folder: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "other.npy", np.ones((5, 7), np.float16))
    replace_file(folder, "background.npy", (tmp_path / "other.npy").read_bytes())
    edit(folder, dimension=7)
    with pytest.raises(PackError, match="answers with the shape"):
        OnnxTextEncoder(load_pack(folder)).embed(["dog"])


def test_a_tokenizer_that_cannot_be_read_is_told(folder: Path) -> None:
    replace_file(folder, "tokenizer.json", b"{}")
    with pytest.raises(PackError, match="cannot be read"):
        OnnxTextEncoder(load_pack(folder))


def manifest(**changes: Any) -> Manifest:
    import msgspec

    return msgspec.structs.replace(open_pack().manifest, **changes)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F", "YCbCr"])
def test_a_picture_of_any_mode_is_prepared(mode: str) -> None:
    prepared = preprocess(Image.new(mode, (40, 30)), manifest())
    assert prepared.dtype == np.float32
    assert prepared.shape == (3, *manifest().image_size)
    assert prepared.flags.c_contiguous


def test_transparency_looks_like_white_paper() -> None:
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    np.testing.assert_array_equal(
        preprocess(clear, manifest()), preprocess(Image.new("RGB", (20, 20), "white"), manifest())
    )


@pytest.mark.parametrize("resize", ["shortest", "longest", "squash"])
@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (300, 200)])
def test_a_picture_of_any_shape_is_prepared(resize: str, size: tuple[int, int]) -> None:
    assert preprocess(Image.new("RGB", size), manifest(resize=resize)).shape == (3, *manifest().image_size)


def test_no_size_is_cut_a_hair_outside_of_the_picture() -> None:
    """224 / (224 / 55) is more than 55: one size in twenty cannot be cut where rounding is not seen to."""
    settings = manifest(resize="shortest", image_size=(224, 224))
    for side in range(1, 200):
        assert preprocess(Image.new("L", (side, side + 1)), settings).shape == (3, 224, 224)


def test_each_way_to_resize_keeps_what_it_says() -> None:
    wide = Image.new("RGB", (300, 100), "black")
    wide.paste("white", (0, 0, 100, 100))
    settings = {"mean": (0.0, 0.0, 0.0), "std": (1.0, 1.0, 1.0), "image_size": (30, 30)}
    squashed = preprocess(wide, manifest(resize="squash", **settings))[0]
    cropped = preprocess(wide, manifest(resize="shortest", **settings))[0]
    padded = preprocess(wide, manifest(resize="longest", **settings))[0]
    assert squashed.mean() == pytest.approx(1 / 3, abs=0.02)
    assert cropped.max() < 0.5
    assert padded.mean() == pytest.approx(1 / 9, abs=0.02)
