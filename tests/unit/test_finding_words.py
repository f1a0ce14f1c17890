"""What is said of captions and of text in pictures: by the doctor, by `model list`, and by `model forget`."""

from __future__ import annotations

import importlib.machinery
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from support.catalog_rows import image as picture
from support.catalog_rows import opened
from vaultd import extras
from vaultd.catalog import telling
from vaultd.catalog.telling import Found, Kind, Teller
from vaultd.config import Config, load
from vaultd.handlers import captioners, finding_words
from vaultd.handlers.models import model_info, model_use
from vaultd.handlers.vault import Vault
from vaultd.ingest import tellers
from vaultd.ingest.telling import FindingWords
from vaultd.ingest.telling_round import Telling
from vaultd.models.captioners import FORMAT, NOTE, CaptionModel, write_note
from vaultd.models.hub.curated import captioning
from vaultipc.errors import Refused
from vaultipc.messages import Check, ModelForgetParams, ModelNameParams, ModelUseParams

BLIP = Teller("caption", "model:blip-base", "1/1")
OLDER = Teller("caption", "model:older", "1/1")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The libraries that are there; empty at first."""
    names: set[str] = set()

    def find(name: str) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(name, None, origin="here") if name in names else None

    monkeypatch.setattr(tellers, "find_spec", find)
    return names


def configured(folder: Path, **settings: str) -> Config:
    environ = {"HOME": str(folder), "VVAULT_LIBRARY_DATA": str(folder)}
    return load(None, environ | {f"VVAULT_{key.upper()}": value for key, value in settings.items()})


def checked(config: Config, **standing: Telling) -> dict[str, Check]:
    return {one.name: one for one in finding_words.checks(config, cast(dict[Kind, Telling], standing))}


def pull(folder: Path, name: str = "blip-base", note: bytes = b"") -> None:
    """As a pull leaves a model, but for its weights, which nothing here reads."""
    place = folder / "models" / name
    place.mkdir(parents=True)
    write_note(
        place,
        CaptionModel(
            format=FORMAT, name=name, architecture="blip", revision="1" * 40, licence="mit", origin="a/b", files={}
        ),
    )
    if note:
        (place / NOTE).write_bytes(note)


def test_without_the_extras_nothing_is_planned_and_the_doctor_names_the_command(
    tmp_path: Path, installed: set[str]
) -> None:
    config = configured(tmp_path)
    assert tellers.plans(config) == []
    said = checked(config)
    assert {name: one.state for name, one in said.items()} == {"text in pictures": "skip", "captions": "skip"}
    assert extras.command("ocr") in said["text in pictures"].fix
    assert extras.command("caption") in said["captions"].fix
    assert "transformers" in said["captions"].message


def test_with_the_extra_but_no_model_the_doctor_says_which_to_pull(tmp_path: Path, installed: set[str]) -> None:
    installed |= {"torch", "transformers"}
    assert tellers.plans(configured(tmp_path)) == []
    assert "`vvault model pull captions`" in checked(configured(tmp_path))["captions"].fix
    assert "OWNER/REPO" in checked(configured(tmp_path, captions_model="mine"))["captions"].fix


def test_what_is_installed_pulled_and_wanted_is_planned_reading_before_describing(
    tmp_path: Path, installed: set[str]
) -> None:
    installed |= {"torch", "transformers", "rapidocr", "cv2"}
    pull(tmp_path)
    assert [plan.teller.source for plan in tellers.plans(configured(tmp_path))] == ["ocr:rapidocr", "model:blip-base"]
    assert [plan.setup.task for plan in tellers.plans(configured(tmp_path, ocr_enabled="false"))] == ["caption"]
    assert [plan.setup.task for plan in tellers.plans(configured(tmp_path, captions_enabled="false"))] == ["ocr"]
    off = checked(configured(tmp_path, captions_enabled="false", ocr_enabled="false"))
    assert ["captions.enabled" in off["captions"].message, "ocr.enabled" in off["text in pictures"].message] == [
        True
    ] * 2


def test_a_damaged_model_is_a_warning_and_no_plan(tmp_path: Path, installed: set[str]) -> None:
    installed |= {"torch", "transformers"}
    pull(tmp_path, note=b"{}")
    assert tellers.plans(configured(tmp_path)) == []
    said = checked(configured(tmp_path))["captions"]
    assert (said.state, "damaged" in said.message) == ("warn", True)


def test_the_doctor_tells_how_far_they_are_and_why_they_do_not_get_on(tmp_path: Path, installed: set[str]) -> None:
    installed |= {"torch", "transformers", "rapidocr", "cv2"}
    pull(tmp_path)
    config = configured(tmp_path)
    assert checked(config)["captions"].message == "about to begin"
    one = Telling(BLIP, done=1200, failed=3, left=800)
    said = checked(config, caption=one)["captions"]
    assert (said.state, said.fix) == ("ok", "")
    assert said.message == "1,200 of 2,000 pictures gone through by model:blip-base; of 3 none could be found"
    one.problem = "torch is broken"
    said = checked(config, caption=one)["captions"]
    assert (said.state, said.message.startswith("torch is broken")) == ("warn", True)
    assert "captions.enabled" in said.fix


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """What these methods reach: a catalog whose two pictures an older model described, and the finding of words."""
    absent, config = cast(Any, None), configured(tmp_path)
    with opened(tmp_path) as catalog:
        with catalog.write() as tx:
            for number in (1, 2):
                picture(tx, f"{number}.jpg")
                telling.put(tx, OLDER, Found(number, "told", "a dog", 0.5))
        words = FindingWords(catalog, config, absent, lambda: False)
        ingest = cast(Any, SimpleNamespace(upkeep=SimpleNamespace(finding_words=words)))
        models = cast(Any, SimpleNamespace(shelf=SimpleNamespace(find=lambda name: None)))
        yield Vault(catalog, config, models, ingest, absent, absent, absent, tmp_path / "socket")


async def test_models_that_write_are_listed_with_what_they_wrote(vault: Vault) -> None:
    told = {info.name: info for info in captioners.infos(vault)}
    assert {model.name for model in captioning()} == set(told)
    pull(vault.config.library.data, "older")
    pull(vault.config.library.data)
    told = {info.name: info for info in captioners.infos(vault)}
    assert [(told[name].state, told[name].kind, told[name].texts) for name in ("older", "blip-base")] == [
        ("local", "caption", 2),
        ("local", "caption", 0),
    ]
    assert told["florence-2-base"].state == "remote"
    info = (await model_info(vault, ModelNameParams(name="older"))).model
    assert (info.licence, info.manifest["architecture"], Path(info.folder).name) == ("mit", "blip", "older")


async def test_a_model_that_writes_answers_no_searches(vault: Vault) -> None:
    for name in ("blip-base", "captions"):
        with pytest.raises(Refused, match="writes captions") as refusal:
            await model_use(vault, ModelUseParams(name=name))
        assert "captions.model" in str(refusal.value.hint)


async def test_forgetting_takes_away_what_an_older_model_wrote_once_it_is_agreed_to(vault: Vault) -> None:
    with pytest.raises(Refused, match="2 pictures"):
        await captioners.forget(vault, ModelForgetParams(name="older"))
    done = await captioners.forget(vault, ModelForgetParams(name="older", yes=True))
    assert done is not None
    assert (done.model, done.texts) == ("older", 2)
    with vault.catalog.read() as sql:
        assert sql.execute("SELECT count(*) FROM texts").fetchone() == (0,)
        assert sql.execute("SELECT count(*) FROM told_by").fetchone() == (0,)
    assert await captioners.forget(vault, ModelForgetParams(name="older", yes=True)) is None, "there is no such model"


async def test_what_is_at_work_is_not_forgotten(vault: Vault) -> None:
    with vault.catalog.write() as tx:
        telling.put(tx, BLIP, Found(1, "told", "a dog", 0.5))
        telling.put(tx, Teller("ocr", tellers.OCR_SOURCE, "1"), Found(1, "told", "BEWARE", 0.5))
    for name, key in (("blip-base", "captions.enabled"), ("rapidocr", "ocr.enabled")):
        with pytest.raises(Refused, match="at work") as refusal:
            await captioners.forget(vault, ModelForgetParams(name=name, yes=True))
        assert key in str(refusal.value.hint)
