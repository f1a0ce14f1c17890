"""A picture as a file's bytes, with the metadata a camera, an editor or a generator would leave in it."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Final
from xml.sax.saxutils import escape

from PIL import Image
from PIL.ExifTags import IFD, Base
from PIL.PngImagePlugin import PngInfo

from vaultd.demo.albums import Camera

XP_KEYWORDS: Final = 0x9C9E

#: What undoes each EXIF orientation (CIPA DC-008, tag 0x0112): applied to an upright picture it gives the stored one.
STORED_AS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True)
class Metadata:
    """What is written beside the pixels. `xp_keywords` puts keywords where Windows does, not into XMP."""

    camera: Camera | None = None
    taken: datetime | None = None
    orientation: int = 1
    keywords: tuple[str, ...] = ()
    xp_keywords: bool = False
    prompt: str | None = None


def encode(image: Image.Image, suffix: str, metadata: Metadata, quality: int = 88) -> bytes:
    """The file of an upright picture in the format its suffix names; BMP and GIF carry no metadata.

    Raises KeyError for an unknown suffix.
    """
    if metadata.orientation != 1:
        image = image.transpose(STORED_AS[metadata.orientation])
    exif = _exif(metadata)
    xmp = _xmp(metadata.keywords) if metadata.keywords and not metadata.xp_keywords else b""
    out = BytesIO()
    match suffix.lower():
        case ".jpg":
            image.save(out, "JPEG", quality=quality, exif=exif, xmp=xmp)
        case ".webp":
            image.save(out, "WEBP", quality=quality, method=2, exif=exif, xmp=xmp)
        case ".png":
            image.save(out, "PNG", compress_level=4, exif=exif, pnginfo=_png_texts(metadata, xmp))
        case ".avif":
            image.save(out, "AVIF", quality=quality, speed=9, max_threads=1, exif=exif)
        case ".tif":
            image.save(out, "TIFF", compression="tiff_lzw")
        case ".gif":
            image.quantize(256).save(out, "GIF")
        case ".bmp":
            image.save(out, "BMP")
        case _:
            raise KeyError(suffix)
    return out.getvalue()


def _exif(metadata: Metadata) -> bytes:
    """EXIF as bytes, empty when there is nothing to say."""
    exif = Image.Exif()
    if metadata.camera:
        exif[Base.Make] = metadata.camera.make
        exif[Base.Model] = metadata.camera.model
    if metadata.orientation != 1:
        exif[Base.Orientation] = metadata.orientation
    if metadata.taken and metadata.camera:
        stamp = metadata.taken.strftime("%Y:%m:%d %H:%M:%S")
        exif[Base.DateTime] = stamp
        exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = stamp
    if metadata.keywords and metadata.xp_keywords:
        exif[XP_KEYWORDS] = ";".join(metadata.keywords).encode("utf-16-le") + b"\0\0"
    if metadata.prompt:
        exif.get_ifd(IFD.Exif)[Base.UserComment] = b"UNICODE\0" + metadata.prompt.encode("utf-16-be")
    return exif.tobytes() if len(exif) or len(exif.get_ifd(IFD.Exif)) else b""


def _xmp(keywords: tuple[str, ...]) -> bytes:
    """An XMP packet with the keywords as dc:subject (ISO 16684-1)."""
    items = "".join(f"<rdf:li>{escape(word)}</rdf:li>" for word in keywords)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def _png_texts(metadata: Metadata, xmp: bytes) -> PngInfo:
    """PNG text chunks: XMP where its specification puts it, prompts where Stable Diffusion web UIs do."""
    texts = PngInfo()
    if xmp:
        texts.add_itxt("XML:com.adobe.xmp", xmp.decode())
    if metadata.prompt:
        texts.add_text("parameters", metadata.prompt)
    return texts
