"""When and where a picture was taken: as its file says it, or what is beside it, or its name; never over the user."""

from __future__ import annotations

from pathlib import Path

from support.ingesting import Library, ingesting
from support.metadata_writers import bag, exif, jpeg, photograph, text, xmp
from vaultd.catalog import actions, details, tags
from vaultd.domain.moments import rfc3339


def taken(library: Library, name: str) -> tuple[str, str]:
    """When, and who says so; '' for nobody."""
    image = library.image(name)
    assert image is not None
    with library.catalog.read() as sql:
        meant = details.meant(sql, image)
        (stored,) = sql.execute("SELECT taken_at FROM images WHERE id = ?", (image,)).fetchone()
    assert stored == meant.taken_at, "what is asked by queries is what is believed"
    return ("" if stored is None else rfc3339(stored)), meant.sources.get("date", "")


def places(library: Library, name: str) -> dict[str, str]:
    """Names that follow from coordinates, by kind."""
    return {one.kind: one.text for one in library.info(library.image(name)).texts if one.source == "gps"}


def take_off(library: Library, name: str) -> None:
    """What a user does."""
    image = library.image("a.jpg")
    assert image is not None
    with library.catalog.write() as tx, actions.recorded(tx, "untag", "untag", "test", "") as action:
        tag = tags.find(tx.sql, name)
        assert tag is not None
        tags.remove(action, tag, [image])


async def test_a_sidecar_goes_before_the_file_and_the_file_before_its_name(tmp_path: Path) -> None:
    name = "IMG_20240517_101112.jpg"
    async with ingesting(tmp_path) as library:
        (library.folder / name).write_bytes(jpeg(exif=exif({}, {36867: text("2021:05:06 07:08:09")}, {})))
        (library.folder / "2023-01-02 10.00.00.jpg").write_bytes(jpeg(colour="blue"))
        await library.settled()
        assert taken(library, name) == ("2021-05-06T07:08:09Z", "exif")
        assert taken(library, "2023-01-02 10.00.00.jpg") == ("2023-01-02T10:00:00Z", "name")
        sidecar = library.folder / f"{name}.xmp"
        told = 'exif:DateTimeOriginal="2020-01-02T03:04:05" exif:GPSLatitude="38,42.69N" exif:GPSLongitude="9,7.8W"'
        sidecar.write_bytes(xmp("", told))
        await library.until(lambda: taken(library, name) == ("2020-01-02T03:04:05Z", "sidecar"), "it is read")
        assert places(library, name) == {
            "location": "Alfama",
            "city": "Lisbon",
            "region": "Lisbon",
            "country": "Portugal",
        }
        sidecar.unlink()
        await library.until(lambda: taken(library, name) == ("2021-05-06T07:08:09Z", "exif"), "it is gone")
        assert places(library, name) == {}


async def test_a_date_in_a_name_goes_with_the_name(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        folder = library.folder / "2024-05-17 Lisbon"
        folder.mkdir()
        (folder / "a.jpg").write_bytes(jpeg())
        await library.settled()
        assert taken(library, "2024-05-17 Lisbon/a.jpg") == ("2024-05-17T00:00:00Z", "name")
        folder.rename(library.folder / "Lisbon")
        await library.until(lambda: library.image("Lisbon/a.jpg") is not None, "it has another name")
        assert taken(library, "Lisbon/a.jpg") == ("", "")


async def test_keywords_stars_and_places_are_sources_of_their_own_beside_the_user(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        path = library.folder / "a.jpg"
        path.write_bytes(photograph())
        await library.settled()
        image = library.image("a.jpg")
        assert library.tags_of(image) == [
            "xmp:animals/dog", "xmp:places/Germany/Berlin", "iptc:river", "xmp:sea",
        ]  # fmt: skip
        info = library.info(image)
        assert info.ratings == {"xmp": 4}
        assert {(one.kind, one.source): one.text for one in info.texts}["city", "gps"] == "Lisbon"
        assert {(one.kind, one.source): one.text for one in info.texts}["city", "iptc"] == "Lisboa"
        assert info.taken is not None
        assert (info.taken.zone, info.taken.exposure, info.taken.aperture, info.taken.focal) == (
            "+02:00",
            0.008,
            2.8,
            35,
        )
        assert info.taken.told["iptc"] == {"taken": "20180203 040506+0100"}
        library.tag(image, "mine")
        take_off(library, "sea")
        path.write_bytes(jpeg(xmp=xmp(bag("dc:subject", "sea", "hill"))))
        await library.until(lambda: library.image("a.jpg") != image, "it was edited")
        await library.settled()
        assert library.tags_of(library.image("a.jpg")) == ["xmp:hill", "user:mine"], "what was taken off stays off"
