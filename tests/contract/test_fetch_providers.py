"""Every provider, against a site on the loopback that behaves well, and badly: with the real gallery-dl."""

from __future__ import annotations

import json
import shutil
import socket
import sysconfig
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.elsewhere import Elsewhere, Post, Trouble, picture
from vaultd.fetch.child.desk import Capped, Desk, Stop
from vaultd.fetch.child.provider import opened
from vaultd.fetch.order import Missed, Order, Report, Seen, Staged

NEEDED = {"feed": "feedparser", "webdav": "webdav4"}
PLACES = {
    "gallery": ("gallery", ""),
    "feed": ("feed", "/feed.xml"),
    "atom": ("feed", "/feed.atom"),
    "json": ("feed", "/feed.json"),
    "webdav": ("webdav", "/dav"),
}
"""Provider and path of each."""


@pytest.fixture
def site() -> Iterator[Elsewhere]:
    with Elsewhere() as running:
        running.fill(3)
        yield running


class Asking:
    """A provider's runs, one after the other, as the daemon would have them."""

    def __init__(self, site: Elsewhere, folder: Path, place: str, **order: Any) -> None:
        provider, path = PLACES[place]
        if provider == "gallery" and not (Path(sysconfig.get_path("scripts")) / "gallery-dl").exists():
            pytest.skip("gallery-dl is not installed")
        elif provider in NEEDED:
            pytest.importorskip(NEEDED[provider])
        url = site.gallery if provider == "gallery" else site.url + path
        folder.mkdir(exist_ok=True)
        self.order = Order(
            provider=provider, url=url, staging=str(folder), archive=str(folder / "archive"),
            delay_s=0.0, timeout_s=5.0, keep_free=0, agent="visionary-vault-test", **order,
        )  # fmt: skip
        self.reports: list[Report] = []

    def run(self, **changed: Any) -> bool:
        for name, value in changed.items():
            setattr(self.order, name, value)
        self.reports = []
        try:
            return opened(self.order, Desk(self.order, self.reports.append)).run()
        finally:
            self.order.known += [one.item for one in self.staged]

    @property
    def staged(self) -> list[Staged]:
        return [one for one in self.reports if isinstance(one, Staged)]

    @property
    def missed(self) -> dict[str, str]:
        """Kind by the last part of where it is."""
        return {one.item.rpartition("/")[2]: one.kind for one in self.reports if isinstance(one, Missed)}

    def bytes_of(self, staged: Staged) -> bytes:
        return (Path(self.order.staging) / "ready" / staged.file).read_bytes()


@pytest.fixture(params=list(PLACES))
def asking(request: pytest.FixtureRequest, site: Elsewhere, tmp_path: Path) -> Asking:
    return Asking(site, tmp_path / "staging", request.param)


def test_every_picture_comes_once_and_whole(asking: Asking, site: Elsewhere) -> None:
    asking.run(whole=True)
    assert {asking.bytes_of(one) for one in asking.staged} == {picture(number) for number in range(3)}
    assert {one.kind for one in asking.staged} == {"image/jpeg"}
    asking.run(whole=True)
    assert (asking.staged, asking.missed) == ([], {})
    seen = {one.item for one in asking.reports if isinstance(one, Seen)}
    assert seen == set(asking.order.known)
    site.fill(1, first=7)
    asking.run()
    assert [asking.bytes_of(one) for one in asking.staged] == [picture(7)]
    assert all("visionary-vault-test" in one.agent for one in site.asked)


def test_a_limit_ends_a_run_and_the_next_one_goes_on(asking: Asking) -> None:
    with pytest.raises(Capped, match="are enough"):
        asking.run(most=2)
    first = asking.staged
    assert len(first) in (2, 3)  # what gallery-dl had under way when it was ended may have come
    asking.run(most=10)
    came = {one.item: asking.bytes_of(one) for one in [*first, *asking.staged]}
    assert sorted(came.values()) == sorted(picture(number) for number in range(3))


@pytest.mark.parametrize("place", ["gallery", "feed", "atom", "json"])
def test_what_the_site_tells_comes_along(site: Elsewhere, tmp_path: Path, place: str) -> None:
    asking = Asking(site, tmp_path / "staging", place)
    asking.run()
    told = next(one.told for one in asking.staged if one.told.title == "No. 1")
    assert told.artist == "Jo Maler"
    assert [tag.replace("_", " ") for tag in told.tags] == ["blue sky", "boat"]
    assert told.date.startswith("2020-09-13T12:26:40" if place == "gallery" else "2023-11-14T22:13:20")
    assert told.page.startswith(site.url)
    if place == "gallery":
        assert told.audience == "safe"
    else:
        assert told.description == "About No. 1"
    if place in ("feed", "atom"):
        assert told.licence == "CC BY 4.0"


def test_a_connection_that_breaks_is_taken_up_where_it_broke(site: Elsewhere, tmp_path: Path) -> None:
    site.trouble["/pictures/1.jpg"] = deque([Trouble(after=300)])
    asking = Asking(site, tmp_path / "staging", "feed")
    asking.run()
    assert [one.range for one in site.requests("/pictures/1.jpg")] == ["", "bytes=300-"]
    assert picture(1) in {asking.bytes_of(one) for one in asking.staged}


def test_a_site_that_asks_for_patience_gets_it(site: Elsewhere, tmp_path: Path) -> None:
    site.trouble["/pictures/1.jpg"] = deque([Trouble(429, {"Retry-After": "1"})])
    asking = Asking(site, tmp_path / "staging", "feed")
    asking.run()
    first, second = site.requests("/pictures/1.jpg")
    assert second.at - first.at >= 1.0
    assert len(asking.staged) == 3
    site.fill(1, first=9)
    site.trouble["/pictures/9.jpg"] = deque([Trouble(429, {"Retry-After": "7200"})])
    with pytest.raises(Stop) as caught:
        asking.run()
    assert caught.value.retry_s == 7200


@pytest.mark.long
def test_gallery_dl_is_ended_where_a_site_asks_for_patience_again_and_again(site: Elsewhere, tmp_path: Path) -> None:
    for path in ("/pictures/1.jpg", "/pictures/0.jpg"):
        site.trouble[path] = deque([Trouble(429, {"Retry-After": "7200"})] * 20)
    asking = Asking(site, tmp_path / "staging", "gallery")
    with pytest.raises(Stop, match="patience") as caught:
        asking.run()
    assert caught.value.retry_s == 3600
    assert [asking.bytes_of(one) for one in asking.staged] == [picture(2)]
    assert len(site.requests("/pictures/0.jpg")) <= 1, "it is refused as well, and not asked for again"


def test_not_one_picture_comes_beyond_what_a_day_may_bring(site: Elsewhere, tmp_path: Path) -> None:
    asking = Asking(site, tmp_path / "staging", "gallery")
    left = Path(asking.order.staging, "work", "gallery")
    left.mkdir(parents=True)
    (left / "old.jpg").write_bytes(picture(99))
    (left / "old.jpg.vault-note").write_text(json.dumps({"category": "x", "_archive_key": "x9"}))
    with pytest.raises(Capped, match=r"fetch\.daily"):
        asking.run(most=0)
    assert (asking.staged, site.asked) == ([], [])
    asking.run(most=10)
    assert len(asking.staged) == 4


HOSTILE = {
    "endless.jpg": "redirects", "to-file.jpg": "redirects", "page.jpg": "no-picture", "bomb.jpg": "too-large",
    "huge.jpg": "too-large", "large.jpg": "too-large", "slow.jpg": "too-slow",
}  # fmt: skip


def test_every_hostile_answer_to_a_feed_ends_as_a_recorded_failure(site: Elsewhere, tmp_path: Path) -> None:
    site.posts = [Post(name, b"", source=f"{site.url}/hostile/{name}") for name in HOSTILE]
    site.posts += [
        Post("p.jpg", b"", source=f"{site.url}/private/p.jpg"),
        Post("f.jpg", b"", source="file:///etc/f.jpg"),
    ]
    site.fill(1)
    asking = Asking(site, tmp_path / "staging", "feed", file_bytes=1 << 20, file_s=2.0)
    asking.run()
    assert asking.missed == {**HOSTILE, "p.jpg": "robots", "f.jpg": "refused"}
    assert [asking.bytes_of(one) for one in asking.staged] == [picture(0)]
    assert not list(Path(asking.order.staging, "work").rglob("picture*"))


def test_in_your_own_network_only_the_host_that_was_subscribed_to_is_asked(
    site: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name, by a redirect, and by a name that is another address at the second look."""
    looks = Counter[str]()
    known = socket.getaddrinfo

    def changing(host: Any, *rest: Any, **more: Any) -> Any:
        looks[host] += 1
        if host == "changing.test":
            host = "93.184.216.34" if looks[host] == 1 else "127.0.0.1"
        return known(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    site.robots = ""
    site.posts = [Post("a.jpg", b"", source=f"http://localhost:{site.port}/pictures/0.jpg")]
    site.posts += [Post("c.jpg", b"", source=f"http://changing.test:{site.port}/pictures/c.jpg")]
    site.fill(2)
    site.trouble["/pictures/1.jpg"] = deque(
        [Trouble(302, {"Location": f"http://localhost:{site.port}/pictures/0.jpg"})]
    )
    asking = Asking(site, tmp_path / "staging", "feed")
    asking.run()
    assert asking.missed == {"0.jpg": "refused", "c.jpg": "refused", "1.jpg": "refused"}
    assert [asking.bytes_of(one) for one in asking.staged] == [picture(0)]
    assert looks["changing.test"] >= 2
    assert [one.host for one in site.asked if one.host != f"127.0.0.1:{site.port}"] == []


def test_a_server_of_webdav_that_leads_to_another_one_is_not_followed(site: Elsewhere, tmp_path: Path) -> None:
    with Elsewhere() as other:
        site.trouble["/dav"] = deque([Trouble(302, {"Location": f"{other.url}/dav/"})])
        with pytest.raises(Stop, match="another one"):
            Asking(site, tmp_path / "staging", "webdav").run()
        assert other.asked == []
        site.trouble["/dav"] = deque([Trouble(301, {"Location": "/dav/"})])
        asking = Asking(site, tmp_path / "staging", "webdav")
        asking.run()
        assert len(asking.staged) == 3


def test_a_feed_that_robots_may_not_read_is_not_read(site: Elsewhere, tmp_path: Path) -> None:
    site.robots = "User-agent: visionary-vault\nDisallow: /\n"
    asking = Asking(site, tmp_path / "staging", "feed")
    with pytest.raises(Stop, match="robots"):
        asking.run()
    assert [one.path for one in site.asked] == ["/robots.txt"]


def test_a_site_whose_robots_cannot_be_read_is_left_alone_and_one_that_has_none_is_not(
    site: Elsewhere, tmp_path: Path
) -> None:
    asking = Asking(site, tmp_path / "staging", "feed")
    site.trouble["/robots.txt"] = deque([Trouble(500), Trouble(404)])
    with pytest.raises(Stop, match="nothing is known to be allowed"):
        asking.run()
    asking.run()
    assert len(asking.staged) == 3


def test_where_nobody_answers_that_is_said_and_not_that_robots_are_not_allowed(site: Elsewhere, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/feed.xml"
    with pytest.raises(Stop, match=r"^the feed cannot be read: .*refused") as stopped:
        Asking(site, tmp_path / "staging", "feed").run(url=url)
    assert "robots" not in str(stopped.value)


def test_gallery_dl_is_held_within_the_same_limits(site: Elsewhere, tmp_path: Path) -> None:
    asking = Asking(site, tmp_path / "staging", "gallery", file_bytes=1 << 20)
    site.posts = []
    site.fill(6)
    for number, name in enumerate(("page.jpg", "huge.jpg", "endless.jpg", "to-file.jpg", "bomb.jpg")):
        site.trouble[f"/pictures/{number}.jpg"] = deque([Trouble(302, {"Location": f"/hostile/{name}"})] * 20)
    asking.run()
    assert len(asking.staged) == 1
    kinds = sorted(one.kind for one in asking.reports if isinstance(one, Missed))
    assert kinds == ["no-picture", "redirects", "refused", "too-large", "too-large"]
    left = [path.stat().st_size for path in Path(asking.order.staging, "work").rglob("*") if path.is_file()]
    assert sum(left) < 20 << 20, "no more than one half file is left, whatever the site sends"


def test_gallery_dl_does_not_wait_for_a_file_that_never_ends(site: Elsewhere, tmp_path: Path) -> None:
    site.trouble["/pictures/1.jpg"] = deque([Trouble(302, {"Location": "/hostile/slow.jpg"})] * 20)
    asking = Asking(site, tmp_path / "staging", "gallery", file_s=2.0)
    with pytest.raises(Stop, match="too slow"):
        asking.run()
    assert [asking.bytes_of(one) for one in asking.staged] == [picture(2)]


def test_gallery_dl_waits_and_asks_again_where_a_site_asks_for_patience_once(site: Elsewhere, tmp_path: Path) -> None:
    site.trouble["/pictures/1.jpg"] = deque([Trouble(429)])
    asking = Asking(site, tmp_path / "staging", "gallery")
    asking.run()
    assert len(asking.staged) == 3
    first, second = site.requests("/pictures/1.jpg")
    assert second.at - first.at >= 1.0


def test_names_and_texts_from_outside_stay_words(site: Elsewhere, tmp_path: Path) -> None:
    site.posts = [Post("a/../../.b\n.jpg", picture(1), "<b>x</b>" * 3, "../../etc")]
    asking = Asking(site, tmp_path / "staging", "feed")
    asking.run()
    assert [one.name for one in asking.staged] == ["b .jpg"]


def test_passwords_go_only_to_their_site_and_only_from_a_private_file(site: Elsewhere, tmp_path: Path) -> None:
    site.password = "wanted"
    file = tmp_path / "credentials.toml"
    file.write_text(f'["127.0.0.1:{site.port}"]\nuser = "me"\npassword = "hush"\n')
    asking = Asking(site, tmp_path / "staging", "webdav", credentials=str(file))
    file.chmod(0o644)
    with pytest.raises(Stop, match="chmod 600"):
        asking.run()
    file.chmod(0o600)
    asking.run()
    assert len(asking.staged) == 3
    with Elsewhere() as other:
        other.fill(1)
        site.posts = [Post("x.jpg", b"", source=f"{other.url}/pictures/0.jpg")]
        feed = Asking(site, tmp_path / "feed", "feed", credentials=str(file))
        feed.run()
        assert len(feed.staged) == 1
        assert [one.authorization for one in other.requests("/pictures/0.jpg")] == [""]
    told = json.dumps([repr(one) for one in [*asking.reports, *feed.reports]])
    assert "hush" not in told


def test_what_a_killed_run_left_behind_is_taken_in(site: Elsewhere, tmp_path: Path) -> None:
    asking = Asking(site, tmp_path / "staging", "gallery")
    left = Path(asking.order.staging, "work", "gallery", "deep")
    left.mkdir(parents=True)
    (left / "old.jpg").write_bytes(picture(99))
    (left / "old.jpg.vault-note").write_text(json.dumps({"category": "x", "_archive_key": "x9", "title": "Old"}))
    asking.run()
    assert {one.told.title for one in asking.staged} == {"Old", "No. 0", "No. 1", "No. 2"}
    shutil.rmtree(asking.order.staging)
