"""What generators wrote into pictures, from real files through the real ingest to whoever asks."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from support.prompt_writers import CASES, Case, comfyui
from support.vault import RunningVault, eventually
from vaultd.prompts import of_text
from vaultipc.blocking import Client

HIDDEN = "NovelAI hidden in the alpha channel of PNG"
A1111, COMFY, NOVELAI, DAMAGED = "A1111 PNG", "ComfyUI WEBP", "NovelAI PNG of its third model", "A1111 JPEG"
SEED = str(2**64 - 1)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVault]:
    """Some pictures of several programs, one of none, and one of which a text beside it says everything."""
    with RunningVault(tmp_path_factory.mktemp("g")) as running:
        for name in (A1111, COMFY, NOVELAI, HIDDEN):
            running.pictures.joinpath(file_of(name)).write_bytes(case(name).content)
        Image.new("RGB", (64, 48), "red").save(running.pictures / "plain.png")
        Image.new("RGB", (64, 48), "blue").save(running.pictures / "beside.png")
        settings = f"Steps: 9, Sampler: Heun, Seed: {SEED}, Size: 64x48, Model: sea"
        (running.pictures / "beside.txt").write_text(f"a quiet harbour\nNegative prompt: gulls\n{settings}")
        running.start()
        running.call("add", running.pictures)
        running.settle()
        yield running


def case(name: str) -> Case:
    return next(each for each in CASES if each.name == name)


def file_of(name: str) -> str:
    return f"{name.split()[0]}{'-hidden' if name == HIDDEN else ''}.{case(name).kind}"


def asked(vault: RunningVault, method: str, **params: object) -> dict[str, Any]:
    with Client(vault.socket, 20.0) as client:
        answer: dict[str, Any] = json.loads(client.call_raw(method, params))
    return answer


def found(vault: RunningVault, query: str) -> set[str]:
    return {Path(hit["path"]).name for hit in asked(vault, "search", query=query)["hits"]}


def told(vault: RunningVault, name: str) -> dict[str, Any]:
    return asked(vault, "image", image=str(vault.pictures / name))


@pytest.mark.parametrize("name", [A1111, COMFY, NOVELAI, HIDDEN])
def test_everything_that_a_file_says_of_how_it_was_made_is_told(vault: RunningVault, name: str) -> None:
    said, info = case(name).said, told(vault, file_of(name))
    made = info["generation"]
    assert made == {
        "generator": said.generator, "model": said.model, "seed": str(said.seed), "steps": said.steps, "cfg": said.cfg,
        "sampler": said.sampler, "scheduler": said.scheduler, "width": said.size and said.size[0],
        "height": said.size and said.size[1],
        "loras": [{"name": lora.name, "weight": lora.weight} for lora in said.loras],
    }  # fmt: skip
    wanted = [("negative", said.negative), ("prompt", said.prompt)]
    assert [(text["kind"], text["text"]) for text in info["texts"]] == [one for one in wanted if one[1]]
    assert info["camera"] is None


def test_a_picture_that_no_program_made_says_nothing_of_it(vault: RunningVault) -> None:
    assert told(vault, "plain.png")["generation"] is None
    texts = asked(vault, "generation", image=str(vault.pictures / "plain.png"))
    assert texts == {"prompt": "", "raw": "", "workflow": ""}


def test_a_text_beside_a_picture_says_as_much_as_the_file_could(vault: RunningVault) -> None:
    made = told(vault, "beside.png")["generation"]
    assert (made["model"], made["seed"], made["steps"], made["sampler"]) == ("sea", SEED, 9, "Heun")
    assert found(vault, f"seed:{SEED}") == found(vault, "model:sea") == {"beside.png"}


def test_each_field_asks_what_it_is_called(vault: RunningVault) -> None:
    said = case(COMFY).said
    assert file_of(COMFY) in found(vault, f"model:{said.model}")
    assert found(vault, "lora:*") == ({file_of(COMFY)} if said.loras else set())
    assert found(vault, f"seed:{case(A1111).said.seed}") == {file_of(A1111)}
    assert found(vault, "sampler:heun") == {"beside.png"}
    assert found(vault, "-model:* -seed:*") == {"plain.png"}


def test_words_are_found_in_prompts_and_never_in_what_was_to_be_avoided(vault: RunningVault) -> None:
    assert "beside.png" in found(vault, '"quiet harbour"')
    assert found(vault, '"gulls"') == set()
    assert found(vault, "negative:gulls") == {"beside.png"}
    assert found(vault, "prompt:gulls") == found(vault, "caption:gulls") == set()
    assert found(vault, 'negative:"harbour"') == set()


def test_the_users_prompts_go_before_those_of_the_file_and_undo_takes_them_back(vault: RunningVault) -> None:
    picture = str(vault.pictures / file_of(A1111))
    before = asked(vault, "generation", image=picture)["prompt"]
    vault.call("edit", picture, "--prompt", "a zeppelin", "--negative", "rain")
    after = of_text(asked(vault, "generation", image=picture)["prompt"])
    assert after is not None
    assert (after.prompt, after.negative, after.seed) == ("a zeppelin", "rain", case(A1111).said.seed)
    assert file_of(A1111) in found(vault, "prompt:zeppelin")
    assert told(vault, file_of(A1111))["texts"][0] == {"kind": "negative", "text": "rain", "source": "user"}
    vault.call("undo")
    assert asked(vault, "generation", image=picture)["prompt"] == before


def test_the_text_and_the_graph_are_kept_as_they_were(vault: RunningVault) -> None:
    texts = asked(vault, "generation", image=str(vault.pictures / file_of(COMFY)))
    assert json.loads(texts["workflow"]) == comfyui.WORKFLOW
    assert json.loads(texts["raw"])
    ids = {name: told(vault, name)["id"] for name in (file_of(COMFY), file_of(A1111), "plain.png")}
    sizes = asked(vault, "generated", images=list(ids.values()))["images"]
    graphs = {ids[file_of(COMFY)]: len(texts["workflow"].encode()), ids[file_of(A1111)]: 0}
    assert {one["image"]: one["workflow"] for one in sizes} == graphs
    assert sizes[0]["prompt"] == len(texts["prompt"].encode())


def test_models_loras_and_samplers_are_completed_and_counted(vault: RunningVault) -> None:
    proposed = asked(vault, "complete", text="model:se")["completions"]
    assert [(one["text"], one["kind"], one["count"]) for one in proposed] == [("sea", "model", 1)]
    assert [one["text"] for one in asked(vault, "complete", text="sampler:He")["completions"]] == ["Heun"]
    facets = asked(vault, "search", query="prompt:harbour", facets=True)["facets"]
    assert (facets["model"], facets["lora"], facets["sampler"]) == ({"sea": 1}, {}, {"Heun": 1})
    assert "sea" in [value["value"] for value in asked(vault, "facet.values", facet="model")["values"]]


def test_an_older_library_is_read_again_without_embedding_again(vault: RunningVault) -> None:
    vault.stop()
    with closing(sqlite3.connect(vault.data / "catalog.db")) as sql, sql:
        for table in ("generations", "loras", "texts"):
            sql.execute(f"DELETE FROM {table} WHERE source = 'generator'")
        sql.execute("DELETE FROM generation_texts")
        sql.execute("UPDATE images SET metadata_version = 3")
    vault.start()
    eventually(lambda: found(vault, f"seed:{case(A1111).said.seed}") == {file_of(A1111)}, "it is read again")
    for name in (A1111, COMFY, NOVELAI, HIDDEN):
        eventually(lambda name=name: told(vault, file_of(name))["generation"], "all are")  # type: ignore[misc]
    assert told(vault, file_of(A1111))["generation"]["model"] == case(A1111).said.model
    assert asked(vault, "status")["counters"]["embedded"] == 0


def test_a_person_sees_it_on_the_command_line(vault: RunningVault) -> None:
    lines = vault.run("image", str(vault.pictures / "beside.png")).stdout.splitlines()
    assert {"model\tsea", f"seed\t{SEED}", "sampler\tHeun", "steps\t9"} <= set(lines)
