"""Whatever bytes a sidecar holds it is read or refused, and a change of it changes nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from support.packets import ALL
from vaultd.domain.sidecar import UNTOUCHED, Said, Traces, Wish, by_others
from vaultd.ingest.merging_sidecars import merged
from vaultd.metadata import naming, sidecar
from vaultd.metadata.editing import BLANK, Edit, can_hold, edited
from vaultd.metadata.xmp import Unreadable, parse

PACKETS = st.sampled_from([BLANK, *ALL.values()])
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="/|\ufffe\uffff"), min_size=1, max_size=8
)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(tuple).filter(can_hold)
TEXTS = WORDS.map(str.strip)
OURS = (b"dc:subject", b"dc:title", b"dc:description", b"xmp:Rating", b"lr:hierarchicalSubject", b"digiKam:TagsList")


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A real packet in which some bytes were changed, put in or left out."""
    data = bytearray(draw(PACKETS))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 40))] = draw(st.binary(max_size=8))
    return bytes(data)


EDITS = st.builds(
    Edit,
    add=st.lists(PATHS, max_size=3).map(tuple),
    remove=st.lists(st.sampled_from([("party",), ("places", "Germany", "Berlin")]), max_size=2, unique=True).map(tuple),
    title=st.none() | TEXTS,
    description=st.none() | TEXTS.filter(bool),  # without ours, that of another language is read
    rating=st.none() | st.integers(0, 5),
)


@given(data=st.binary(max_size=200) | damaged(), name=st.sampled_from([b"a.xmp", b"a.txt", b"a.json"]))
def test_any_bytes_are_read_or_refused(data: bytes, name: bytes) -> None:
    found: Said | str
    try:
        found = sidecar.read(name, data)
    except Unreadable as problem:
        found = str(problem)
    assert found != "", "a refusal says why"


@given(data=PACKETS | damaged(), edit=EDITS)
def test_a_change_is_made_or_refused_and_made_once(data: bytes, edit: Edit) -> None:
    try:
        after = edited(data, edit)
    except Unreadable:
        return
    found = sidecar.read(b"a.xmp", after)
    assert edit.title is None or found.text("title") == _as_xml(edit.title)
    assert edit.rating is None or found.rating == edit.rating
    assert edited(after, edit) == after


@given(data=PACKETS, edit=EDITS)
def test_what_is_not_ours_stays_as_it_was(data: bytes, edit: Edit) -> None:
    after = edited(data, edit)
    assert _foreign(after) == _foreign(data)


def _foreign(data: bytes) -> list[tuple[str, bytes]]:
    """Every property of which the vault reads something but writes nothing, and every line of namespaces of others."""
    packet = parse(data)
    known = [
        (one.name, packet.data[one.start : one.end])
        for one in packet.properties
        if one.name.encode() not in OURS
    ]  # fmt: skip
    others = (b"darktable:", b"crs:", b"MicrosoftPhoto:", b"acdsee:", b"stEvt:", b"xmpMM:", b"exif:", b"rdf:about")
    return known + [("", line) for line in data.splitlines() if any(one in line for one in others)]


def _as_xml(text: str) -> str:
    """Without the characters that XML cannot hold, and the white space around that would be lost."""
    return "".join(
        letter for letter in text if letter in "\t\n\r" or (letter >= " " and letter not in "\ufffe\uffff")
    ).strip()


WISHES = st.builds(
    Wish,
    image=st.just(1),
    tags=st.lists(PATHS.map("/".join), max_size=3, unique=True).map(tuple),
    rejected=st.sampled_from([(), ("party",), ("places/Germany/Berlin",)]),
    title=st.sampled_from(["", "mine", "Tom & <co>"]),
    description=st.sampled_from(["", "ours"]),
    rating=st.integers(0, 5),
)


@given(data=PACKETS, wishes=st.lists(WISHES, min_size=1, max_size=4))
def test_whatever_the_user_says_and_takes_back_others_words_are_always_told(data: bytes, wishes: list[Wish]) -> None:
    theirs, now, traces = sidecar.read(b"a.xmp", data), data, UNTOUCHED
    for wish in (*wishes, Wish(1)):
        plan = merged(sidecar.read(b"a.xmp", now), traces, wish)
        now, traces = edited(now, plan.edit), plan.traces
        same = by_others(sidecar.read(b"a.xmp", now), traces)
        assert set(same.tags) == set(theirs.tags)
        assert (dict(same.texts), same.rating) == (dict(theirs.texts), theirs.rating)
    assert traces == Traces()


@given(
    picture=st.binary(min_size=1, max_size=6).filter(lambda name: b"/" not in name and b"\0" not in name),
    endings=st.lists(st.sampled_from([b".jpg", b".png", b".nef"]), min_size=1, max_size=3, unique=True),
    sidecars=st.lists(st.sampled_from([b".xmp", b".jpg.xmp", b".nef.xmp", b"_01.jpg.xmp", b".txt"]), max_size=4),
)
def test_every_sidecar_named_after_a_picture_is_found_from_it(
    picture: bytes, endings: list[bytes], sidecars: list[bytes]
) -> None:
    pictures = [picture + ending for ending in endings]
    names = {picture + ending: "" for ending in sidecars}
    for one in pictures:
        for found in naming.of_picture(one, names, pictures):
            stems = {naming.folded(stem) for stem in naming.stems_of_pictures(found)}
            assert naming.stem(one) in stems
    of_all = {found for one in pictures for found in naming.of_picture(one, names, pictures)}
    assert {
        name for name in names if name.endswith((b".txt", b".jpg.xmp")) and name[: -len(b".xmp")] in pictures
    } <= of_all
