"""The image tower's warm-up learns from parts that together are the tower, and mixes what is true with what is seen."""

import sys
from pathlib import Path
from typing import Any

import pytest

from support.installed import missing

# See test_pack_export.py for why these are found rather than imported.
MISSING = missing("torch.nn", "timm", "open_clip", "cv2", "onnx")
if MISSING:
    pytest.skip(f"not installed: {', '.join(MISSING)}", allow_module_level=True)

pytestmark = pytest.mark.timeout(240)  # importing torch and building the model takes long on a busy machine


@pytest.fixture(scope="module")
def torch() -> Any:
    sys.path.insert(0, str(Path(__file__).parents[2]))
    import torch

    torch.manual_seed(1)
    return torch


def test_the_parts_that_learn_apart_make_together_what_the_tower_makes(torch: Any) -> None:
    from training.imitate import units
    from training.model import Student

    trunk = Student(65).clip.visual.trunk.eval()
    pictures = torch.randn(2, 3, 65, 65)
    with torch.inference_mode():
        whole, made = trunk(pictures), pictures
        for unit in units(trunk):
            made = unit(made)
    assert len(units(trunk)) == 19
    assert torch.allclose(made.mean(dim=(2, 3)), whole, atol=1e-4)


def test_the_tower_embeds_a_picture_as_its_head_embeds_what_the_trunk_makes_of_it(torch: Any) -> None:
    from training.model import Student

    student = Student(65).eval()
    pictures = torch.randn(2, 3, 65, 65)
    with torch.inference_mode():
        assert torch.allclose(student.image(pictures), student.pooled(student.clip.visual.trunk(pictures)), atol=1e-5)


def test_what_is_true_of_mixed_features_is_mixed_in_the_same_parts(torch: Any) -> None:
    from training.augment import mix_features

    features = torch.eye(8)
    truth, weight = features.clone(), torch.arange(8.0)[:, None].repeat(1, 8)
    before = weight.clone()
    mix_features(features, [truth], [weight], share=0.5)
    assert torch.equal(features, truth)
    assert int((features != torch.eye(8)).any(dim=1).sum()) == 4
    assert (weight <= before).all()
    assert torch.allclose(features.sum(dim=1), torch.ones(8))
