"""What sidecars say: XMP of three programs, and the texts of generators and trainers."""

from __future__ import annotations

import pytest

from support.packets import ALL, DARKTABLE, keywords, packet
from vaultd.domain.sidecar import Said
from vaultd.metadata import sidecar
from vaultd.metadata.xmp import LONGEST, Unreadable

PARAMETERS = "a cat, oil\nNegative prompt: dogs,\nblur\nSteps: 20, Sampler: Euler a, Seed: 1"


def xmp(body: str, attributes: str = "") -> Said:
    return sidecar.read(b"a.xmp", packet(body, attributes))


@pytest.mark.parametrize("program", sorted(ALL))
def test_hierarchies_are_kept_and_their_names_not_told_twice(program: str) -> None:
    said = sidecar.read(b"a.xmp", ALL[program])
    assert set(said.tags) == {("party",), ("places", "Germany", "Berlin")}


def test_each_program_tells_the_rest_in_its_own_way() -> None:
    said = {program: sidecar.read(b"a.xmp", data) for program, data in ALL.items()}
    assert {program: one.rating for program, one in said.items()} == {"darktable": 3, "digikam": 4, "lightroom": 5}
    assert said["darktable"].texts == (("title", "On the roof"),)
    assert said["digikam"].texts == (("description", "Under the roof & over it"), ("label", "Red"))
    assert {program: one.of for program, one in said.items()} == {
        "darktable": "a.jpg", "digikam": "", "lightroom": "a.nef",
    }  # fmt: skip


def test_the_text_for_those_who_cannot_see_a_picture_is_its_caption() -> None:
    text = '<rdf:Alt><rdf:li xml:lang="de">Ein Boot</rdf:li><rdf:li xml:lang="x-default">A boat</rdf:li></rdf:Alt>'
    space = 'xmlns:i="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"'
    assert xmp(f"<i:AltTextAccessibility>{text}</i:AltTextAccessibility>", space).texts == (("caption", "A boat"),)


def test_darktables_account_of_its_own_doings_is_no_tag() -> None:
    bag = "<lr:hierarchicalSubject><rdf:Bag><rdf:li>darktable|exported</rdf:li><rdf:li>a|b</rdf:li></rdf:Bag>"
    assert xmp(f"{bag}</lr:hierarchicalSubject>").tags == (("a", "b"),)


@pytest.mark.parametrize(
    ("written", "stars"),
    [("1", 1), ("5", 5), ("3.0", 3), ("2.5", 2), ("-1", 0), ("0", 0), ("6", 0), ("nan", 0), ("1e999", 0), ("x", 0)],
)
def test_stars_are_one_to_five(written: str, stars: int) -> None:
    assert xmp("", f'xmp:Rating="{written}"').rating == stars
    assert xmp(f"<xmp:Rating>{written}</xmp:Rating>").rating == stars


def test_a_title_is_that_of_no_certain_language_or_the_first() -> None:
    items = '<rdf:li xml:lang="de">Dach</rdf:li><rdf:li xml:lang="{}">Roof</rdf:li>'
    whole = "<dc:title><rdf:Alt>" + items + "</rdf:Alt></dc:title>"
    assert xmp(whole.format("x-default")).text("title") == "Roof"
    assert xmp(whole.format("en")).text("title") == "Dach"


def test_prefixes_are_what_the_packet_says_they_are() -> None:
    data = DARKTABLE.replace(b"dc:", b"d:").replace(b"xmlns:dc", b"xmlns:d").replace(b"rdf:", b"r:")
    assert sidecar.read(b"a.xmp", data.replace(b"xmlns:rdf", b"xmlns:r")) == sidecar.read(b"a.xmp", DARKTABLE)


def test_other_encodings_are_read() -> None:
    text = packet("<dc:title>Müll</dc:title>").decode()
    latin = '<?xml version="1.0" encoding="ISO-8859-1"?>' + text
    for data in (
        text.encode("utf-16"),
        latin.encode("latin-1"),
        b"\xef\xbb\xbf" + text.encode(),
        text.encode() + b"\0\0",
    ):
        assert sidecar.read(b"a.xmp", data).text("title") == "Müll"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<a>", "well-formed"),
        (b"<a/>", "no RDF"),
        (b"\xff\xfe\xfd", "UTF-8"),
        (b'<!DOCTYPE a [<!ENTITY e "eeee">]><a>&e;</a>', "document type"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>', "document type"),
        (b"<a>&e;</a>", "well-formed"),
        (b"<a>" * 300 + b"</a>" * 300, "too deep"),
        (b"<a " + b" ".join(b'xmlns:n%d="u"' % number for number in range(600)) + b"/>", "namespaces"),
        (b"x" * (LONGEST + 1), "1 MiB"),
    ],
)
def test_what_is_damaged_or_hostile_is_refused_with_a_reason(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        sidecar.read(b"a.xmp", data)


def test_a_hostile_packet_takes_no_more_than_a_moment() -> None:
    many = b"".join(b'<d:n%d xmlns:d="http://purl.org/dc/elements/1.1/"/>' % number for number in range(5_000))
    said = sidecar.read(b"a.xmp", packet(many.decode()))
    assert said == Said()
    assert len(sidecar.read(b"a.xmp", keywords(*(f"k{number}" for number in range(5_000)))).tags) == 1_000


@pytest.mark.parametrize(
    ("name", "text", "texts"),
    [
        ("a.txt", "a red square\n", {"caption": "a red square"}),
        ("a.txt", "\ufeffa red\r\nsquare", {"caption": "a red\nsquare"}),
        ("a.TXT", PARAMETERS, {"prompt": "a cat, oil", "negative": "dogs,\nblur"}),
        ("a.txt", "Steps: 20, Sampler: Euler a", {}),
        ("a.txt", "", {}),
        ("a.json", '{"prompt": " a boat ", "negative_prompt": "cars"}', {"prompt": "a boat", "negative": "cars"}),
        ("a.json", '{"Prompt": "a boat", "prompt": "another"}', {"prompt": "a boat"}),
        ("a.json", '{"caption": "x", "description": "y", "title": "a.jpg"}', {"caption": "x", "description": "y"}),
        ("a.json", '{"caption": ["x", 1, "y"]}', {"caption": "x, y"}),
        ("a.json", '{"metadata": {"positive_prompt": "p"}, "prompt": ""}', {"prompt": "p"}),
        ("a.json", '{"prompt": "top", "image": {"prompt": "inside"}}', {"prompt": "top"}),
        ("a.json", '{"seed": 1}', {}),
        ("a.json", '["prompt"]', {}),
    ],
)
def test_texts_of_generated_images_are_told_by_kind(name: str, text: str, texts: dict[str, str]) -> None:
    assert dict(sidecar.read(name.encode(), text.encode()).texts) == texts


def test_a_generators_settings_inside_an_object_are_understood() -> None:
    data = b'{"parameters": "a cat\\nNegative prompt: dogs\\nSteps: 1, Sampler: Euler, Seed: 4"}'
    assert dict(sidecar.read(b"a.json", data).texts) == {"prompt": "a cat", "negative": "dogs"}


@pytest.mark.parametrize(
    ("name", "data"),
    [(b"a.txt", b"\xff"), (b"a.txt", b"a\0b"), (b"a.json", b"{"), (b"a.json", b"[" * 100_000), (b"a.json", b"")],
)
def test_what_is_no_text_and_no_json_is_refused(name: bytes, data: bytes) -> None:
    with pytest.raises(Unreadable):
        sidecar.read(name, data)
