"""What is read inside files, whom the vault believes, and what values mean."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from support.metadata_writers import exif, iptc, jpeg, photograph, rational, text, xmp
from vaultd.domain.details import Details
from vaultd.metadata import dated
from vaultd.metadata.precedence import settled
from vaultd.metadata.values import minutes_east, moment, number, position
from vaultd.places import Place, place
from vaultd.worker import embedded
from vaultd.worker.embedded import Embedded

SECOND = 1000


def read(data: bytes) -> Embedded:
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        return embedded.read(picture)


def test_all_that_three_standards_say_of_a_photograph_is_read() -> None:
    found = read(photograph())
    assert {one.source: (one.names, one.paths) for one in found.keywords} == {
        "xmp": (["sea"], [("places", "Germany", "Berlin"), ("animals", "dog")]),
        "iptc": (["river"], []),
    }
    assert {(one.kind, one.source): one.text for one in found.words} == {
        ("description", "exif"): "Boats", ("creator", "exif"): "Anna", ("rights", "exif"): "2021 Anna",
        ("label", "xmp"): "Red", ("creator", "xmp"): "Jo; Al", ("person", "xmp"): "Bob; Carla",
        ("creator", "iptc"): "Ivo", ("city", "iptc"): "Lisboa", ("country", "iptc"): "Portugal",
    }  # fmt: skip
    assert found.rating == 4, "XMP goes before what Windows writes"
    assert found.details["exif"].exposure == "10/1250", "as it stands there"
    assert found.details["iptc"].taken == "20180203 040506+0100"


def test_of_several_sources_the_first_that_says_something_possible_is_believed() -> None:
    taken = settled(read(photograph()).details)
    assert (taken.taken_at, taken.zone) == (1620284889 * SECOND, 120), "local time, and how far that is east"
    assert (taken.camera, taken.lens, taken.iso) == ("Canon EOS R5", "RF35mm", 400)
    assert (taken.exposure, taken.aperture, taken.focal) == (8000, 28, 350)
    assert (taken.latitude, taken.longitude) == (38.7115, -9.13)
    assert taken.sources["date"] == "exif"
    unset = exif({}, {36867: text("0000:00:00 00:00:00"), 36868: text("2106:02:07 06:28:15")}, {})
    later = read(jpeg(exif=unset, xmp=xmp("", 'exif:DateTimeOriginal="2020-01-02T03:04:05-03:00"'))).details
    assert (settled(later).taken_at, settled(later).zone) == (1577934245 * SECOND, -180)
    assert later["exif"].taken == "0000:00:00 00:00:00", "what is not believed is kept"
    assert settled({"sidecar": Details(taken="1999-09-09"), **later}).sources["date"] == "sidecar"


@pytest.mark.parametrize(
    "written",
    ["0000:00:00 00:00:00", "1904-01-01T00:00:00Z", "1970:01:01 00:00:00", "2106:02:07 06:28:15", "2021:13:01 00:00:00",
     "2021:02:30 00:00:00", "2021:05:06 25:00:00", "    :  :     :  :  ", "2021", "2021-05", "", "yesterday", "\0" * 20,
     "99999999999999999999"],
)  # fmt: skip
def test_impossible_dates_are_none(written: str) -> None:
    assert moment(written) is None


@pytest.mark.parametrize(
    ("written", "zone"),
    [("2021:05:06 07:08:09", None), ("2021-05-06T07:08:09.123456", None), ("2021-05-06T07:08:09Z", 0),
     ("2021-05-06T07:08:09+05:30", 330), ("20210506 070809-0330", -210), ("2021:05:06 07:08:09+99:00", None)],
)  # fmt: skip
def test_a_moment_is_read_in_every_form_that_programs_write(written: str, zone: int | None) -> None:
    assert moment(written) == (1620284889 * SECOND, zone)


def test_numbers_and_zones_are_what_they_say_or_nothing() -> None:
    assert [number(one) for one in ("1/125", "2.8", "35/1", "0", "0/0", "1/0", "-3", "f", "nan", "1e400")] == [
        0.008, 2.8, 35, None, None, None, None, None, None, 1,
    ]  # fmt: skip
    assert [minutes_east(one) for one in ("+14:00", "+14:30", "-0330", "Z", "02:00", "+01:75")] == [
        840, None, -210, 0, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("latitude", "longitude", "meant"),
    [("38 42 207/5 N", "9 7 48 W", (38.7115, -9.13)), ("52,31.116N", "13,22.566E", (52.5186, 13.3761)),
     ("-33.8568", "151.2153", (-33.8568, 151.2153)), ("38,42,41.4N", "9,7,48W", (38.7115, -9.13)),
     ("0 0 0 N", "0 0 0 E", None), ("91 0 0 N", "0 0 0 E", None), ("0/0 0/0 0/0 N", "9 E", None), ("N", "E", None),
     ("38 42 41 N", "", None), ("", "", None)],
)  # fmt: skip
def test_a_place_is_read_in_every_form(latitude: str, longitude: str, meant: tuple[float, float] | None) -> None:
    assert position(latitude, longitude) == meant


@pytest.mark.parametrize(
    ("path", "told"),
    [("IMG_20240517_101112.jpg", "2024:05:17 10:11:12"), ("PXL_20240517_101112345.jpg", "2024:05:17 10:11:12"),
     ("IMG-20240517-WA0001.jpg", "2024:05:17"), ("2024-05-17 10.11.12.png", "2024:05:17 10:11:12"),
     ("Screenshot from 2024-05-17 10-11-12.png", "2024:05:17 10:11:12"),
     ("WhatsApp Image 2024-05-17 at 9.11.12 PM.jpeg", "2024:05:17 21:11:12"),
     ("Screenshot 2024-05-17 at 12.11.12\u202fAM.png", "2024:05:17 00:11:12"),
     ("p/2024-05-17 Lisbon/DSC_1.jpg", "2024:05:17"), ("p/2024/05/17/DSC_1.jpg", "2024:05:17"),
     ("p/2024/2024-05/17/raw/DSC_1.nef", "2024:05:17"), ("2019-01-01/IMG_20240517_101112.jpg", "2024:05:17 10:11:12"),
     ("2024/05/DSC_1.jpg", ""), ("2024.jpg", ""), ("20241345.jpg", ""), ("IMG_20230230.jpg", ""),
     ("12345678901234.jpg", ""),     ("1920x1080.jpg", ""), ("a.jpg", "")],
)  # fmt: skip
def test_a_date_in_a_name_is_a_whole_day(path: str, told: str) -> None:
    assert dated.told_by(path.encode()) == told


def test_of_several_names_the_one_with_a_time_and_then_the_earliest_counts() -> None:
    names = [b"2019-01-01 copies/a.jpg", b"IMG_20240517_101112.jpg", b"IMG_20240518_101112.jpg", b"b.jpg"]
    assert dated.earliest(names) == "2024:05:17 10:11:12"
    assert dated.earliest([b"b.jpg"]) == ""


def test_a_quarter_is_of_its_city_and_a_village_is_itself() -> None:
    assert place(38.7115, -9.13) == Place("Alfama", "Lisbon", "Lisbon", "Portugal")
    assert place(46.02, 7.749) == Place("", "Zermatt", "Valais", "Switzerland")
    assert place(23, 5) == Place("", "", "Tamanrasset", "Algeria"), "no town is near, but the country is sure"
    assert place(40, -40) is None, "at sea"
    fiji = place(-16.8, -179.99)
    assert fiji is not None
    assert fiji.country == "Fiji", "on the other side of the date line"
    assert [place(latitude, 0) for latitude in (90.0, -90.0)] == [None, None]


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
def test_what_exiftool_writes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg())
    regions = "{AppliedToDimensions={W=60,H=40,Unit=pixel},RegionList=[{Area={X=0.5,Y=0.5,W=0.1,H=0.1,Unit=normalized}"
    told = {
        "EXIF:DateTimeOriginal": "2021:05:06 07:08:09", "EXIF:OffsetTimeOriginal": "+02:00",
        "EXIF:ExposureTime": "1/125",        "EXIF:FNumber": "2.8",
        "EXIF:FocalLength": "35", "EXIF:GPSLatitude": "38.7115", "EXIF:GPSLatitudeRef": "N",
        "EXIF:GPSLongitude": "9.13", "EXIF:GPSLongitudeRef": "W", "EXIF:Artist": "Anna Müller",
        "XMP-lr:HierarchicalSubject": "places|Berlin", "XMP:Rating": "4", "XMP:Label": "Red",
        "XMP-mwg-rs:RegionInfo": regions + ",Name=Bob Smith,Type=Face}]}", "IPTC:City": "Wien", "IPTC:By-line": "Ivo",
    }  # fmt: skip
    arguments = [f"-{tag}={value}" for tag, value in told.items()]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *arguments, path], check=True, timeout=60)
    found = read(path.read_bytes())
    taken = settled(found.details)
    assert (taken.taken_at, taken.zone, taken.exposure, taken.aperture) == (1620284889 * SECOND, 120, 8000, 28)
    assert (taken.latitude, taken.longitude) == (38.7115, -9.13)
    words = {(one.kind, one.source): one.text for one in found.words}
    assert words["person", "xmp"] == "Bob Smith"
    assert words["creator", "exif"] == "Anna Müller"
    assert (words["city", "iptc"], words["creator", "iptc"], words["label", "xmp"]) == ("Wien", "Ivo", "Red")
    assert [(one.source, one.paths) for one in found.keywords] == [("xmp", [("places", "Berlin")])]


@pytest.mark.skipif(not shutil.which("exiv2"), reason="exiv2 is not installed")
def test_what_exiv2_writes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg())
    commands = (
        "set Exif.Photo.DateTimeOriginal 2016:07:08 09:10:11", "set Xmp.xmp.Rating 3",
        "set Iptc.Application2.Keywords sea",        "set Exif.GPSInfo.GPSLatitude 38/1 42/1 414/10",
        "set Exif.GPSInfo.GPSLatitudeRef N",
        "set Exif.GPSInfo.GPSLongitude 9/1 7/1 48/1", "set Exif.GPSInfo.GPSLongitudeRef W",
        "set Xmp.digiKam.TagsList XmpSeq animals/dog",
    )  # fmt: skip
    subprocess.run(["exiv2", *(f"-M{one}" for one in commands), path], check=True, timeout=60)
    found = read(path.read_bytes())
    assert settled(found.details).taken_at == 1467969011 * SECOND
    assert settled(found.details).latitude == 38.7115
    assert found.rating == 3
    assert {one.source: (one.names, one.paths) for one in found.keywords} == {
        "xmp": ([], [("animals", "dog")]), "iptc": (["sea"], []),
    }  # fmt: skip


def test_a_rational_without_a_denominator_costs_only_itself() -> None:
    found = read(jpeg(exif=exif({}, {33434: rational((1, 0)), 33437: rational((8, 1))}, {}), iptc=iptc((25, "x"))))
    assert (settled(found.details).exposure, settled(found.details).aperture) == (None, 80)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_a_damaged_directory_costs_only_itself() -> None:
    whole = exif({271: text("Canon")}, {36867: text("2021:05:06 07:08:09")}, {1: text("N")})
    at = whole.index(b"\x25\x88\x04\0") + 8  # where the directory of the place is said to begin
    found = read(jpeg(exif=whole[:at] + b"\xff\xff\xff\x7f" + whole[at + 4 :]))
    assert found.details["exif"] == Details(taken="2021:05:06 07:08:09", camera="Canon")


def saved(kind: str, comment: bytes) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, kind, comment=comment)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "GIF"])
@pytest.mark.parametrize("comment", ["Grüße vom Walross".encode(), "Grüße vom Walross\0".encode("latin-1")])
def test_the_comment_of_a_file_is_read_whatever_its_letters_are(kind: str, comment: bytes) -> None:
    assert [(one.kind, one.source, one.text) for one in read(saved(kind, comment)).words] == [
        ("comment", "comment", "Grüße vom Walross")
    ]


@pytest.mark.parametrize(
    "comment",
    [b"CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90\n", b"Lavc58.54.100", b"Created with GIMP", b"\0", b"",
     b"\x01\x02\x03 walrus", b"File written by Adobe Photoshop\xa8 5.2"],
)  # fmt: skip
def test_a_comment_that_only_names_the_program_that_wrote_the_file_is_none(comment: bytes) -> None:
    assert read(saved("JPEG", comment)).words == []


@pytest.mark.parametrize("comment", ["Created by Anna at the lake", "Edited with love", "Adobe houses in Santa Fe"])
def test_a_comment_that_only_begins_as_a_programs_is_kept(comment: str) -> None:
    assert [one.text for one in read(saved("JPEG", comment.encode())).words] == [comment]
