"""What the values of a picture mean, where it says so (ICC.1:2022): a colour profile undone to sRGB.

Phones write wide gamuts, and what CMYK looks like is up to the paper; without this, reds come out dull or garish.
"""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageCms, features

_SPACES = {"RGB": "RGB", "RGBA": "RGB", "L": "GRAY", "CMYK": "CMYK"}
"""The colour space of the profiles that fit a mode."""
LONGEST = 4 * 1024 * 1024
"""Bytes of a profile; those of printing presses have two or three millions."""


def in_srgb(picture: Image.Image) -> Image.Image:
    """The picture in RGB, or RGBA where it is. A profile that is damaged or belongs to other values says nothing."""
    profile = picture.info.get("icc_profile")
    transform = None
    if isinstance(profile, bytes) and len(profile) <= LONGEST and picture.mode in _SPACES:
        transform = _transform(profile, picture.mode)
    if transform is not None:
        picture = transform.apply(picture)
    elif picture.mode != "RGBA":
        picture = picture.convert("RGB")
    picture.info.pop("icc_profile", None)  # its values mean something else now
    return picture


@lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """What takes pictures in `mode` to sRGB; None where nothing has to be done, or can be."""
    if not features.check("littlecms2"):
        return None
    try:
        found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if found.profile.xcolor_space.strip() != _SPACES[mode] or _is_srgb(found):
            return None
        target = "RGBA" if mode == "RGBA" else "RGB"
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        return ImageCms.ImageCmsTransform(found, srgb, mode, target)
    except (OSError, ValueError, TypeError, ImageCms.PyCMSError):
        return None


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    return "srgb" in (profile.profile.profile_description or "").lower()
