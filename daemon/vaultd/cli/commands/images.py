"""What is known of a picture, and its tags: image, tag, untag, tags."""

from __future__ import annotations

from collections.abc import Iterator

from vaultd.cli import references
from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Command, Flag, Word
from vaultd.cli.commands.changes import change, one_change
from vaultd.cli.commands.pictures import IMAGES, MATCHING, pictures
from vaultd.cli.quantities import size
from vaultd.cli.screen import Cell, Screen

TAG = Word("tag", "TAG", "A tag; `pets/dogs` is below `pets`.", names="tag")


def image(call: Call) -> int:
    params = references.image_param(call.options.image)
    return call.answer("image", params, lambda screen, answer: screen.pairs(_facts(answer)))


def tag(call: Call) -> int:
    return change(call, "tag", _tagging(call))


def untag(call: Call) -> int:
    return change(call, "untag", _tagging(call))


def tags(call: Call) -> int:
    def show(screen: Screen, answer: Answer) -> None:
        screen.table(("tag", ">pictures"), ([tag["name"], str(tag["count"])] for tag in answer["tags"]))

    return call.answer("tags", call.given("prefix", "source"), show)


def create(call: Call) -> int:
    return one_change(call, "tags.create", tag=call.options.tag)


def rename(call: Call) -> int:
    return one_change(call, "tags.rename", name=call.options.tag, to=call.options.to)


def delete(call: Call) -> int:
    return one_change(call, "tags.delete", tag=call.options.tag, force=call.options.force)


def _tagging(call: Call) -> Answer:
    return {"tag": references.query([call.options.tag]), **pictures(call)}


def _facts(answer: Answer) -> Iterator[tuple[str, Cell]]:
    yield "id", answer["id"]
    for place in answer["paths"]:
        yield place["state"], references.told(place)
    yield "type", answer["type"]
    yield "size", f"{answer['width']}×{answer['height']}, {size(answer['size'])}"
    yield from _how_taken(answer)
    if answer["colors"]:
        yield "colors", ", ".join(f"{name} {share} %" for name, share in answer["colors"].items())
    if answer["brightness"] is not None:
        sharp = "nothing has an edge" if answer["sharpness"] is None else f"sharpness {answer['sharpness']}"
        yield "looks", f"brightness {answer['brightness']}, {sharp}{', no colours' if answer['mono'] else ''}"
    for tag in answer["tags"]:
        score = "" if tag["score"] is None else f" {tag['score']:.2f}"
        yield "tag", f"{tag['name']} ({tag['source']}{score})"
    for text in answer["texts"]:
        sure = f" {text['confidence']:.2f}" if "confidence" in text else ""
        yield text["kind"], f"{text['text']} ({text['source']}{sure})"
    yield from _generation(answer["generation"] or {})
    if answer["copy_of"]:
        yield "merged into", answer["copy_of"]
    if answer["favourite"]:
        yield "favourite", "yes"
    if answer["ratings"]:
        yield "rating", ", ".join(f"{stars} ({source})" for source, stars in answer["ratings"].items())
    for album in answer["albums"]:
        yield "album", album
    yield "content", answer["hash"]


def _how_taken(answer: Answer) -> Iterator[tuple[str, Cell]]:
    """Facts with whose word counts, as far as they are known."""
    taken = answer["taken"]
    exposure, focal, zone = taken["exposure"], taken["focal"], taken["zone"]
    shown = {
        "date": answer["date"] and f"{answer['date'].rstrip('Z').replace('T', ' ')}{f' {zone}' if zone else ''}",
        "camera": answer["camera"],
        "lens": answer["lens"],
        "iso": answer["iso"],
        "exposure": exposure and (f"1/{round(1 / exposure)} s" if exposure < 0.3 else f"{exposure:g} s"),
        "aperture": taken["aperture"] and f"f/{taken['aperture']:g}",
        "focal": focal and f"{focal:g} mm",
        "place": None if taken["latitude"] is None else f"{taken['latitude']:.5f}, {taken['longitude']:.5f}",
    }
    for name, value in shown.items():
        if value:
            source = taken["sources"].get(name)
            yield name, f"{value} ({source})" if source else str(value)


def _generation(made: Answer) -> Iterator[tuple[str, Cell]]:
    """How it was made. The prompts stand among the texts."""
    for name in ("generator", "model", "sampler", "scheduler", "steps", "cfg", "seed"):
        if made.get(name) not in (None, ""):
            yield name, f"{made[name]}"
    for lora in made.get("loras", ()):
        yield "lora", lora["name"] if lora["weight"] is None else f"{lora['name']} ({lora['weight']:g})"
    if made.get("width"):
        yield "asked for", f"{made['width']}×{made['height']}"


COMMANDS = (
    Command("image", "Show everything known of one picture.", image,
            (Word("image", "IMAGE", "A picture's path, or its id.", files="file"),), "image"),
    Command("tag", "Put a tag on pictures.", tag, (TAG, IMAGES, MATCHING), "tag"),
    Command("untag", "Take a tag off pictures.", untag, (TAG, IMAGES, MATCHING), "untag"),
    Command("tags", "List the tags and how many pictures have them.", tags,
            (Flag("prefix", "Only tags that begin with P.", metavar="P"),
             Flag("source", "Only tags from S: user, auto, xmp, iptc, xattr.", metavar="S")), "tags"),
    Command("tags create", "Make a tag with no pictures yet.", create, (TAG,), "tags.create"),
    Command("tags rename", "Rename a tag, and all below it.", rename,
            (TAG, Word("to", "NEW", "The new name.")), "tags.rename"),
    Command(
        "tags delete",
        "Delete a tag that has no pictures and nothing below it.",
        delete,
        (TAG, Flag("force", "Also if pictures have it; `vvault undo` brings it back.")),
        "tags.delete",
    ),
)  # fmt: skip
