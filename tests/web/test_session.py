"""Who gets in: links that work once, cookies, the token; and who does not, from wherever it is asked."""

from __future__ import annotations

import http.client
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.vault import RunningVault
from support.web import Answer, Web
from vaultweb.session import Sessions, cookie_name

OTHER = "http://localhost:5173"


@pytest.fixture(scope="module")
def web(demo_vault: RunningVault) -> Iterator[Web]:
    """A server that knows another front end."""
    demo_vault.call("config", "set", "web.allowed_origins", f'["{OTHER}"]')
    with Web(demo_vault) as running:
        yield running


def _is_problem(answer: Answer, status: int) -> bool:
    kind = answer.headers["content-type"]
    return answer.status == answer.json["status"] == status and kind == "application/problem+json"


def test_nothing_of_the_vault_is_told_without_a_session(web: Web) -> None:
    for path in ("/api/status", "/api/images", "/api/openapi.json", "/thumbnails/0123456789abcdef-256.webp", "/api/x"):
        answer = web.bare("GET", path)
        assert _is_problem(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert _is_problem(web.bare("POST", "/api/undo", b"{}"), 401)


def test_the_page_without_a_session_says_how_to_log_in(web: Web) -> None:
    answer = web.bare("GET", "/")
    assert answer.status == 200
    assert b"vvault web --open" in answer.body
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_link_opens_one_session_and_no_second_one(web: Web) -> None:
    link = web.ask("POST", "/api/links").json["path"]
    opened = web.bare("GET", link)
    assert (opened.status, opened.headers["location"]) == (303, "/")
    cookie = opened.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert web.bare("GET", "/api/status", headers={"Cookie": cookie.partition(";")[0]}).status == 200
    again = web.bare("GET", link)
    assert again.status == 403
    assert "set-cookie" not in again.headers


def test_the_link_that_the_server_makes_at_its_start_works(web: Web) -> None:
    assert web.bare("GET", web.link.removeprefix(web.origin)).status == 303


@pytest.mark.parametrize("cookie", ["{}=", "{}=9999999999.00", "{}=x", "{}=1.2; a", "other=1", ";="])
def test_a_cookie_that_we_did_not_sign_is_none(web: Web, cookie: str) -> None:
    told = {"Cookie": cookie.format(cookie_name(web.port))}
    assert web.bare("GET", "/api/status", headers=told).status in (400, 401)


def test_cookies_of_other_servers_do_not_hide_ours(web: Web) -> None:
    cookie = f'a="b; [x]=1; {cookie_name(web.port)}=old; {web.cookie()}; =; ;'
    assert web.bare("GET", "/api/status", headers={"Cookie": cookie}).status == 200


def test_two_galleries_of_one_host_keep_their_sessions_apart(
    web: Web, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with RunningVault(Path(tempfile.mkdtemp(prefix="w", dir=tmp_path_factory.getbasetemp().parent))) as vault:
        vault.start()
        with Web(vault) as other:
            # A browser keeps cookies by host and name, whatever the port was, and sends all it has.
            jar = dict(one.cookie().split("=", 1) for one in (web, other))
            told = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
            assert [one.bare("GET", "/api/status", headers=told).status for one in (web, other)] == [200, 200]
            out = other.bare("POST", "/api/logout", headers={**told, "Origin": other.origin})
            assert cookie_name(other.port) in out.headers["set-cookie"]
            assert cookie_name(web.port) not in out.headers["set-cookie"]


def test_a_wrong_token_is_refused(web: Web) -> None:
    for told in ("Bearer ", "Bearer x", f"Basic {web.token}", f"Bearer {web.token}x"):
        assert _is_problem(web.bare("GET", "/api/status", headers={"Authorization": told}), 401)


def test_the_token_is_its_owners_alone(web: Web) -> None:
    assert web.vault.socket.with_name("web-token").stat().st_mode & 0o777 == 0o600


# ---- from where --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", ""])
def test_a_name_that_was_made_to_lead_here_is_refused(web: Web, host: str) -> None:
    answer = web.bare("GET", "/", headers={"Host": f"{host}:{web.port}"})
    assert answer.status in (400, 421)
    told = {"Host": f"{host}:{web.port}", "Authorization": f"Bearer {web.token}"}
    assert web.bare("GET", "/api/status", headers=told).status in (400, 421)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
def test_names_of_this_machine_are_known(web: Web, host: str) -> None:
    assert web.ask("GET", "/api/status", headers={"Host": f"{host}:{web.port}"}).status == 200


def test_another_port_is_another_server(web: Web) -> None:
    assert _is_problem(web.ask("GET", "/api/status", headers={"Host": f"127.0.0.1:{web.port + 1}"}), 421)
    assert _is_problem(web.ask("GET", "/api/status", headers={"Host": "127.0.0.1"}), 421)


def test_two_hosts_are_none(web: Web) -> None:
    with socket.create_connection((web.host, web.port), 20) as wire:
        host = f"Host: 127.0.0.1:{web.port}\r\n"
        wire.sendall(f"GET / HTTP/1.1\r\n{host}{host}Connection: close\r\n\r\n".encode())
        assert wire.makefile("rb").readline().split()[1] in (b"400", b"421")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:9", "https://127.0.0.1"])
def test_a_page_of_somebody_elses_changes_nothing_with_our_cookie(web: Web, origin: str) -> None:
    told = {"Cookie": web.cookie(), "Content-Type": "application/json", "Origin": origin}
    assert _is_problem(web.bare("POST", "/api/undo", b'{"n": 1}', told), 403)
    told["Content-Type"] = "text/plain"  # what a form may send without a preflight
    assert _is_problem(web.bare("POST", "/api/undo", b'{"n": 1}', told), 403)


def test_a_write_that_does_not_say_its_page_needs_the_token(web: Web) -> None:
    told = {"Cookie": web.cookie(), "Content-Type": "application/json"}
    assert _is_problem(web.bare("POST", "/api/complete", b"{}", told), 403)
    assert web.ask("POST", "/api/links").status == 201


def test_our_own_page_may_write(web: Web) -> None:
    told = {"Cookie": web.cookie(), "Origin": web.origin, "Sec-Fetch-Site": "same-origin"}
    assert web.bare("POST", "/api/links", headers=told).status == 201


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pictures_cannot_be_put_into_other_pages(web: Web, site: str) -> None:
    told = {"Cookie": web.cookie(), "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}
    assert _is_problem(web.bare("GET", "/api/image/1/file", headers=told), 403)
    answer = web.ask("GET", "/api/status")
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_a_front_end_that_is_allowed_asks_with_the_token(web: Web) -> None:
    asked = {"Origin": OTHER, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "if-match"}
    before = web.bare("OPTIONS", "/api/image/1", headers=asked)
    assert before.status == 204
    assert before.headers["access-control-allow-origin"] == OTHER
    assert "PATCH" in before.headers["access-control-allow-methods"]
    assert "if-match" in before.headers["access-control-allow-headers"].lower()
    assert "authorization" in before.headers["access-control-allow-headers"].lower()
    answer = web.ask("GET", "/api/status", headers={"Origin": OTHER, "Sec-Fetch-Site": "cross-site"})
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, OTHER)
    assert "origin" in answer.headers["vary"].lower()
    assert "access-control-allow-credentials" not in answer.headers
    assert web.bare("GET", "/api/status", headers={"Origin": OTHER}).status == 401
    assert web.bare("POST", "/api/links", headers={"Origin": OTHER, "Cookie": web.cookie()}).status == 401


def test_other_front_ends_get_no_leave(web: Web) -> None:
    asked = {"Origin": "http://localhost:5174", "Access-Control-Request-Method": "PATCH"}
    assert web.bare("OPTIONS", "/api/image/1", headers=asked).status == 401
    answer = web.ask("GET", "/api/status", headers={"Origin": "http://localhost:5174"})
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers


def test_every_answer_says_that_its_type_is_its_type(web: Web) -> None:
    for answer in (web.bare("GET", "/"), web.bare("GET", "/api/status"), web.get("/api/status"), web.get("/nowhere")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_the_session_ends_where_it_is_taken_back(web: Web) -> None:
    told = {"Cookie": web.cookie(), "Origin": web.origin}
    answer = web.bare("POST", "/api/logout", headers=told)
    assert answer.status == 204
    assert f'{cookie_name(web.port)}=""' in answer.headers["set-cookie"]


def test_an_ended_session_is_over_for_who_kept_its_cookie_and_no_other(web: Web) -> None:
    kept, other = ({"Cookie": web.cookie()} for _ in range(2))
    content = web.get("/api/images?limit=1").json["images"][0]["content"]
    thumbnail = f"/thumbnails/{content}-256.webp"
    assert web.bare("GET", thumbnail, headers=kept).status == 200
    assert web.bare("POST", "/api/logout", headers={**kept, "Origin": web.origin}).status == 204
    assert [web.bare("GET", path, headers=kept).status for path in ("/api/status", thumbnail)] == [401, 401]
    assert web.bare("GET", "/api/status", headers=other).status == 200


def test_an_ended_session_is_over_also_for_a_server_that_was_started_again(tmp_path: Path) -> None:
    noted = tmp_path / "web-ended"
    first = Sessions("x" * 32, noted)
    kept, other = (first.use(first.link()) or "" for _ in range(2))
    first.end(kept)
    second = Sessions("x" * 32, noted)
    assert [second.knows(cookie) for cookie in (kept, other, "", "1.2.3")] == [False, True, False, False]


def test_a_header_of_any_length_ends_in_an_answer(web: Web) -> None:
    connection = web.connection()
    try:
        connection.request("GET", "/", headers={"X": "y" * 200_000})
        assert connection.getresponse().status in (400, 431)
    except (http.client.RemoteDisconnected, ConnectionError):
        pass  # it hung up, which is an answer, too
    finally:
        connection.close()
    assert web.get("/api/status").status == 200
