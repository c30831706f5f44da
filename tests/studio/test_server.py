"""The studio's server: who may ask, what it answers, and that its files are those of the command line."""

import json
import logging
import random
import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from chains import chain
from conftest import COMMAND, FIXTURES, environment, posix, wait_for

from gifsom.cli.convert import convert as command
from gifsom.core.errors import SettingError
from gifsom.studio import guard
from gifsom.studio.server import Server, edit_source

PATIENCE = 60.0


class Page(httpx.Client):
    """A page as a browser is one: it has the cookie, and says from where it comes."""

    def __init__(self, server: Server) -> None:
        own = f"http://127.0.0.1:{server.port}"
        super().__init__(base_url=own, headers={"origin": own}, follow_redirects=True, timeout=PATIENCE)
        assert self.get(server.address).status_code == 200
        self.server = server

    def state(self) -> Any:
        return self.get("/api/state").json()

    def change(self, edits: list[tuple[str, Any]], **options: Any) -> httpx.Response:
        said = [{"edit": name, "value": value} for name, value in edits]
        return self.post("/api/document", json={"rev": self.state()["rev"], "edits": said, "options": options})

    def export(self, name: str, **said: Any) -> Any:
        """Make a file, and give the event that tells of its end."""
        with self.stream("GET", "/api/events") as events:
            lines = events.iter_lines()
            assert next(lines) == "event: hello"
            answer = self.post("/api/export", json={"rev": self.state()["rev"], "name": name, **said})
            if answer.status_code != 200:
                return answer.json()
            name = ""
            for line in lines:
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif name in ("exported", "failed", "cancelled") and line.startswith("data: "):
                    found = json.loads(line.removeprefix("data: "))
                    if found["job"] == answer.json()["job"]:
                        return found | {"event": name, "command": answer.json()["command"]}
        raise AssertionError("the stream has ended")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = tmp_path / "work"
    made.mkdir()
    (made / "sprite.gif").write_bytes((FIXTURES / "sprite.gif").read_bytes())
    (made / "below").mkdir()
    (tmp_path / "secret.gif").write_bytes((FIXTURES / "sprite.gif").read_bytes())
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def page(folder: Path) -> Iterator[Page]:
    server = Server(folder)
    server.studio.open([str(folder / "sprite.gif")])
    with server.serving(), closing(Page(server)) as opened:
        yield opened


def test_the_state_is_all_that_a_page_shows(page: Page) -> None:
    state = page.state()
    assert state["document"]["sources"] == [str(Path("sprite.gif").absolute())]
    assert (state["name"], state["saved"], state["undo"], state["error"]) == ("sprite.gif", True, False, None)
    assert state["clip"]["width"] == 64
    assert len(state["clip"]["starts"]) == 12
    assert state["command"] == "gifsom convert sprite.gif"
    table = page.get("/api/options").json()
    assert {"crop", "caption", "zoom"} <= {one["name"] for one in table["edits"]}
    assert {"quality", "max_size"} <= {one["name"] for one in table["options"]}


def test_settings_files_count_and_are_named_in_the_command(folder: Path) -> None:
    server = Server(folder, defaults={"quality": 55, "width": 40, "quiet": True, "overwrite": True})
    server.studio.open([str(folder / "sprite.gif")])
    with server.serving(), closing(Page(server)) as opened:
        state = opened.state()
        assert state["command"] == "gifsom convert sprite.gif --quality 55 --width 40"
        assert (state["clip"]["width"], state["saved"], state["undo"]) == (40, True, False)


def test_an_edit_changes_the_frames_and_undo_takes_it_back(page: Page) -> None:
    state = page.change([("crop", "32x24+0+0")], quality=60).json()
    assert (state["clip"]["width"], state["undo"], state["saved"]) == (32, True, False)
    assert state["command"] == "gifsom convert sprite.gif --quality 60 --crop 32x24+0+0"
    answer = page.get(f"/api/frame/{state['rev']}/3")
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
    assert page.get(f"/api/frame/{state['rev']}/99").status_code == 204
    assert page.get(f"/api/frame/{state['rev'] - 1}/3").status_code == 204
    state = page.post("/api/undo", json={"rev": state["rev"]}).json()
    assert (state["clip"]["width"], state["redo"]) == (64, True)


def test_a_wrong_edit_is_told_and_changes_nothing(page: Page) -> None:
    before = page.state()
    answer = page.change([("speed", 2), ("speed", "fast")])
    assert (answer.status_code, answer.json()["step"]) == (200, 1)
    assert "speed is fast" in answer.json()["error"]
    for said in ({}, {"rev": before["rev"]}, {"rev": before["rev"], "edits": 3, "options": {}}, []):
        assert page.post("/api/document", json=said).status_code == 422
    assert page.state() == before
    outside = page.change([("crop", "900x20+1+1")]).json()  # wrong for this clip alone: it stays, to be mended
    assert outside["error"]["step"] == 0


def test_another_tab_is_told(page: Page) -> None:
    rev = page.state()["rev"]
    assert page.change([("speed", 2)]).status_code == 200
    answer = page.post("/api/document", json={"rev": rev, "edits": [], "options": {}})
    assert "changed in another tab" in answer.json()["error"]
    assert answer.json()["state"]["document"]["edits"] == [{"edit": "speed", "value": 2}]


@pytest.mark.parametrize("seed", range(20))
def test_an_export_is_the_gif_of_the_command_line(page: Page, folder: Path, seed: int) -> None:
    rng = random.Random(100 + seed)
    state = page.change(chain(rng), **rng.choice([{}, {"quality": 50}, {"colors": 16}, {"loop": 2}])).json()
    found = page.export("made.gif")
    if state["error"] is not None:
        assert found["event"] == "failed"
        return
    assert found["event"] == "exported", found
    words = shlex.split(found["command"])
    assert words[:2] == ["gifsom", "convert"]
    assert words[-2:] == ["-o", "made.gif"]
    made = (folder / "made.gif").read_bytes()
    with click.Context(command) as context:
        command.parse_args(context, words[2:])
    command.main([*words[2:-1], "other.gif", "--quiet"], standalone_mode=False)
    assert made == (folder / "other.gif").read_bytes()
    assert page.get(found["url"]).content == made


def test_an_existing_file_is_replaced_only_where_that_is_asked(page: Page, folder: Path) -> None:
    (folder / "there.gif").write_bytes(b"precious")
    assert "already" in page.export("there.gif")["text"]
    assert (folder / "there.gif").read_bytes() == b"precious"
    assert page.export("there.gif", replace=True)["event"] == "exported"
    assert page.export("sprite.gif", replace=True)["event"] == "failed"  # the source is never replaced


@pytest.mark.parametrize("name", ["../a.gif", "below/a.gif", "/tmp/a.gif", "..", "", "a\\b.gif", "a.exe"])
def test_the_name_of_an_export_is_one(page: Page, folder: Path, name: str) -> None:
    before = sorted(folder.rglob("*"))
    assert "error" in page.export(name)
    assert sorted(folder.rglob("*")) == before


def test_several_formats_and_downloads(page: Page, folder: Path) -> None:
    found = page.export("a.webp", to="download")
    assert found["event"] == "exported"
    assert page.get(found["url"]).content[8:12] == b"WEBP"
    assert not (folder / "a.webp").exists()
    assert page.get(f"{found['url']}x").status_code == 404


def test_a_document_is_saved_and_opened(page: Page, folder: Path) -> None:
    page.change([("speed", 2)])
    answer = page.post("/api/save", json={"name": "demo"})
    assert (answer.json()["saved"], answer.json()["name"]) == (True, "demo")
    said = json.loads((folder / "demo.gifsom").read_text())
    assert (said["sources"], said["edits"]) == (["sprite.gif"], [{"edit": "speed", "value": 2}])
    assert page.post("/api/save", json={"name": "demo"}).json()["exists"]
    state = page.post("/api/open", json={"names": ["demo.gifsom"]}).json()
    assert state["document"]["edits"] == [{"edit": "speed", "value": 2}]


def test_files_of_the_folder_are_listed_and_no_others(page: Page) -> None:
    listed = page.get("/api/files", params={"folder": "."}).json()
    assert [one["name"] for one in listed["entries"]] == ["below", "sprite.gif"]
    for folder in ("..", "../state", "/", "below/../.."):
        assert page.get("/api/files", params={"folder": folder}).status_code == 422


@pytest.mark.parametrize(
    "names", [["../secret.gif"], ["/etc/passwd"], ["http://127.0.0.1/a.gif"], ["*.gif"], ["-"], [], "a", [3]]
)
def test_files_elsewhere_are_not_opened(page: Page, names: Any) -> None:
    before = page.state()["document"]
    assert page.post("/api/open", json={"names": names}).status_code == 422
    assert page.state()["document"] == before


@pytest.mark.parametrize(
    ("name", "value"),
    [("overlay", "../secret.gif"), ("insert", "/etc/passwd@0+1"), ("subtitles", "../secret.gif")],
)
def test_edits_name_no_files_elsewhere(page: Page, folder: Path, name: str, value: str) -> None:
    answer = page.change([(name, value)])
    assert answer.status_code == 422
    assert "outside of the folder" in answer.json()["error"]


def test_a_foreign_document_is_opened_only_by_trust(page: Page, folder: Path) -> None:
    said = {"gifsom": 1, "sources": ["../secret.gif"], "edits": [], "options": {}}
    (folder / "foreign.gifsom").write_text(json.dumps(said))
    answer = page.post("/api/open", json={"names": ["foreign.gifsom"]})
    assert answer.status_code == 422
    assert "outside of its folder" in answer.json()["error"]
    assert page.post("/api/open", json={"names": ["foreign.gifsom"], "trust": True}).status_code == 200


def test_a_file_that_is_dropped_is_opened(page: Page) -> None:
    data = (FIXTURES / "vfr.mkv").read_bytes()
    name = page.put("/api/drop/a%5Cclip.mkv", content=data).json()["name"]
    assert Path(name).name == "clip.mkv"
    state = page.post("/api/open", json={"names": [name]}).json()
    assert state["name"] == "clip.mkv"
    assert page.export("of-drop.gif")["event"] == "exported"


def refused(page: Page, caplog: pytest.LogCaptureFixture, answer: httpx.Response, before: Any) -> None:
    """Check that a request was refused, in one line of the log, and that nothing has changed."""
    assert 400 <= answer.status_code < 500
    lines = [record.getMessage() for record in caplog.records if record.name == "gifsom.studio"]
    assert len(lines) == 1
    assert lines[0].startswith("refused: ")
    assert "\n" not in lines[0]
    assert page.state() == before


CHANGE = {"edits": [{"edit": "speed", "value": 2}], "options": {}}


@pytest.mark.parametrize(
    "headers",
    [
        {"cookie": ""},
        {"cookie": "gifsom-studio=guess"},
        {"host": "evil.example"},
        {"host": "127.0.0.1:1"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
    ],
    ids=str,
)
def test_requests_from_elsewhere_are_refused(
    page: Page, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:
    before = page.state()
    with caplog.at_level(logging.WARNING):
        answer = page.post("/api/document", json={"rev": before["rev"], **CHANGE}, headers=headers)
        refused(page, caplog, answer, before)
        caplog.clear()
        refused(page, caplog, page.get("/api/state", headers=headers), before)


def test_a_change_without_an_origin_is_refused(page: Page, caplog: pytest.LogCaptureFixture) -> None:
    before = page.state()
    del page.headers["origin"]
    refused(page, caplog, page.post("/api/document", json={"rev": before["rev"], **CHANGE}), before)


def test_the_cookie_is_for_this_machine_alone(page: Page) -> None:
    with httpx.Client() as other:
        answer = other.get(page.server.address)
        cookie = answer.headers["set-cookie"]
        assert answer.status_code == 303
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    with httpx.Client() as other:
        assert other.get(page.server.address[:-1] + "x").status_code == 403


def raw(page: Page, head: str, body: bytes = b"") -> bytes:
    """The answer to a request that no library would send."""
    cookie = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
    own = f"127.0.0.1:{page.server.port}"
    text = f"{head}\r\nHost: {own}\r\nOrigin: http://{own}\r\nCookie: {cookie}\r\nConnection: close\r\n"
    with socket.create_connection(("127.0.0.1", page.server.port), PATIENCE) as line:
        line.sendall(text.encode() + b"Content-Type: application/json\r\n" * ("drop" not in head) + body)
        answer = b""
        with suppress(ConnectionResetError):  # the server reads no further than it must
            while part := line.recv(65536):
                answer += part
    return answer


@pytest.mark.parametrize(
    "path", ["/static/../server.py", "/static/..%2fserver.py", "/static/%2e%2e/server.py", "/../../etc/passwd"]
)
def test_paths_do_not_leave_their_folder(page: Page, path: str) -> None:
    answer = raw(page, f"GET {path} HTTP/1.1", b"\r\n")
    assert answer.split()[1] in (b"400", b"404")
    assert b"import" not in answer


def test_what_is_too_long_is_refused(
    page: Page, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = page.state()
    answer = raw(page, "PUT /api/drop/a.mp4 HTTP/1.1", b"Content-Length: 2000000001\r\n\r\n")
    assert answer.split()[1] == b"413"
    assert b"open such a file by the list or on the command line" in answer
    assert raw(page, "POST /api/document HTTP/1.1", b"Content-Length: 99999999\r\n\r\n").split()[1] == b"413"
    assert len([one for one in caplog.records if one.name == "gifsom.studio"]) == 2
    monkeypatch.setattr(guard, "DROPPED", 100_000)
    body = b"Transfer-Encoding: chunked\r\n\r\n" + b"8000\r\n" + bytes(0x8000) + b"\r\n"
    raw(page, "PUT /api/drop/b.mp4 HTTP/1.1", body + (b"8000\r\n" + bytes(0x8000) + b"\r\n") * 4 + b"0\r\n\r\n")
    assert page.state() == before
    assert not [*page.server.studio.folder.parent.rglob("b.mp4")]


def test_no_route_but_one_takes_files(page: Page, caplog: pytest.LogCaptureFixture) -> None:
    before = page.state()
    files = {"file": ("a.gif", b"GIF89a")}
    refused(page, caplog, page.post("/api/document", files=files), before)


def test_the_policy_allows_no_script_of_others(page: Page) -> None:
    policy = page.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_port_in_use_is_told(page: Page, folder: Path) -> None:
    with pytest.raises(SettingError, match=f"port {page.server.port} cannot be used: .*leave it out"):
        Server(folder, page.server.port)


def test_a_clip_is_edited_from_python(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gifsom

    def somebody(server: Server) -> bool:
        with closing(Page(server)) as opened:
            opened.change([("speed", 2)])
            opened.post("/api/done", json={})
        return True

    monkeypatch.setattr(Server, "show", somebody)
    clip = gifsom.open("sprite.gif").crop("32x24+0+0")
    edited = edit_source(clip.source)
    assert edited.size == (32, 24)
    assert edited.duration == pytest.approx(clip.duration / 2)


class Process:
    """`gifsom studio` as a process."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        options = {"stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, "text": True}
        self.process = subprocess.Popen(
            [*COMMAND, "studio", *arguments, "--no-browser"], cwd=folder, env=environment(), **options
        )
        assert self.process.stderr is not None
        self.line = self.process.stderr.readline()
        address = next(word for word in self.line.split() if word.startswith("http"))
        own = address.partition("/?")[0]
        self.page = httpx.Client(base_url=own, headers={"origin": own}, follow_redirects=True, timeout=PATIENCE)
        self.page.get(address)

    def change(self, *values: float) -> None:
        rev = self.page.get("/api/state").json()["rev"]
        edits = [{"edit": "speed", "value": value} for value in values]
        answer = self.page.post("/api/document", json={"rev": rev, "edits": edits, "options": {}})
        assert answer.status_code == 200

    def end(self, number: int) -> str:
        self.page.close()
        self.process.send_signal(number)
        assert self.process.stderr is not None
        with self.process.stderr:
            said = self.process.stderr.read()
        self.process.wait(PATIENCE)
        return said


@posix
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_what_was_not_saved_is_offered_again(folder: Path, number: int) -> None:
    first = Process(folder, "sprite.gif")
    first.change(2)
    first.change(2, 1.5)
    first.end(number)
    second = Process(folder)
    (left,) = second.page.get("/api/state").json()["left"]
    assert (left["name"], left["steps"]) == ("sprite.gif", 2)
    state = second.page.post("/api/open", json={"left": left["id"]}).json()
    assert [one["value"] for one in state["document"]["edits"]] == [2, 1.5]
    state = second.page.post("/api/undo", json={"rev": state["rev"]}).json()
    assert [one["value"] for one in state["document"]["edits"]] == [2]
    second.end(signal.SIGINT)


@posix
def test_a_document_that_cannot_be_opened_again_is_not_lost(folder: Path) -> None:
    first = Process(folder, "sprite.gif")
    first.change(2)
    first.end(signal.SIGKILL)
    (folder / "sprite.gif").rename(folder / "other.gif")
    second = Process(folder)
    (left,) = second.page.get("/api/state").json()["left"]
    answer = second.page.post("/api/open", json={"left": left["id"]})
    assert isinstance(answer.json()["error"], str)
    assert "there is no such file" in answer.json()["error"]
    (folder / "other.gif").rename(folder / "sprite.gif")
    assert second.page.post("/api/open", json={"left": left["id"]}).json()["document"]["edits"]
    second.end(signal.SIGINT)


@posix
def test_ctrl_c_ends_it_and_says_what_becomes_of_it(folder: Path) -> None:
    process = Process(folder, "sprite.gif")
    assert wait_for(lambda: process.page.get("/api/state").status_code == 200, PATIENCE)
    said = process.end(signal.SIGINT)
    assert process.process.returncode == 0
    assert "ssh -L" in said
    assert "Traceback" not in said


def test_a_source_that_is_none_is_told_before_anything_is_served(folder: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "studio", "missing.mp4", "--no-browser"],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.strip().endswith("there is no such file")
    assert done.stderr.count("\n") == 1
