"""Routes: what the page asks of the studio, each as a function that runs in a thread."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final, TypeVar

from starlette.responses import FileResponse, JSONResponse, Response

from gifsom.core.frame import Frame
from gifsom.core.progress import silent
from gifsom.options.document import SUFFIX
from gifsom.recorder.windows import windows
from gifsom.studio import recording
from gifsom.studio.app import Studio, Unclear, table
from gifsom.studio.frames import Stage
from gifsom.studio.pictures import encoded, strip, written
from gifsom.studio.preview import Coded, film, heat_picture

Said = Mapping[str, Any]

Kind = TypeVar("Kind")

FOREVER: Final = {"cache-control": "private, max-age=31536000, immutable"}

STILL: Final = 1600
"""Width in pixels of a still of the screen."""


def state(studio: Studio, said: Said) -> Any:
    """The document and all that is shown of it; recordings that did not become a GIF."""
    return studio.session.state() | {"recordings": recording.left(), "suffix": SUFFIX}


def options(studio: Studio, said: Said) -> Any:
    """Edits, options and presets."""
    return table()


def change(studio: Studio, said: Said) -> Any:
    """Change edits and options."""
    label, merge = str(said.get("label", "")), said.get("merge") is True
    edits, asked = _of(said, "edits", list), _of(said, "options", dict)
    studio.session.change(_rev(said), edits, asked, label, merge)
    return studio.session.state()


def undo(studio: Studio, said: Said) -> Any:
    """Go back a step."""
    studio.session.undo(_rev(said))
    return studio.session.state()


def redo(studio: Studio, said: Said) -> Any:
    """Go forward a step."""
    studio.session.redo(_rev(said))
    return studio.session.state()


def open_files(studio: Studio, said: Said) -> Any:
    """Open files of the list, dropped ones, a recording, or a document that was left."""
    if "left" in said:
        studio.session.reopen(str(said["left"]))
    elif "recording" in said:
        found = [one["path"] for one in recording.left() if one["name"] == said["recording"]]
        if not found:
            raise Unclear("that recording is not there any more")
        studio.open(found)
    else:
        names = _of(said, "names", list)
        if not names or not all(isinstance(name, str) for name in names):
            raise Unclear("names are no list of names of files")
        studio.session.open([str(studio.folder / name) for name in names], trust=said.get("trust") is True)
    return studio.session.state()


def save(studio: Studio, said: Said) -> Any:
    """Save the document in the folder."""
    name = _alone(_of(said, "name", str))
    name = name if name.endswith(SUFFIX) else name + SUFFIX
    studio.session.save(name, overwrite=said.get("replace") is True)
    return studio.session.state()


def listing(studio: Studio, said: Said) -> Any:
    """Files that can be opened."""
    return studio.listing(str(said.get("folder", "")))


def frame(studio: Studio, said: Said) -> Any:
    """A frame as it will be coded, or before an edit of the chain."""
    stage = _stage(studio, said)
    number = _whole(said, "number")
    upto = _whole(said, "upto") if "upto" in said else None
    return _picture(stage.frame(number, upto), said)


def coded(studio: Studio, said: Said) -> Any:
    """A frame as the GIF will show it."""
    found = _coded(studio, said)
    return Response(status_code=204) if found is None else _picture(Frame(found.pixels, 0.0, found.mask), said)


def heat(studio: Studio, said: Said) -> Any:
    """Where the bits of a frame are spent."""
    found, most = _coded(studio, said), 0.0
    if found is None or studio.session.forecast.stretch is None:
        return Response(status_code=204)
    for one in studio.session.forecast.stretch[1].coded:
        spent = one.heat[one.heat > 0]
        most = max(most, float(spent.mean()) * 3 if spent.size else 0.0)
    return Response(written(heat_picture(found.heat, most), "PNG"), media_type="image/png", headers=FOREVER)


def preview(studio: Studio, said: Said) -> Any:
    """Code the stretch around a frame; an event tells when it is there."""
    _stage(studio, said)
    studio.session.forecast.show(_whole(said, "frame"))
    return {}


def palette(studio: Studio, said: Said) -> Any:
    """The colors of the map in their order."""
    outlook = studio.session.forecast.outlook
    if outlook is None or outlook[0] != _rev(said):
        return _missing()
    picture = strip(outlook[1].colors)
    return Response(written(picture, "PNG"), media_type="image/png", headers=FOREVER)


def palette_film(studio: Studio, said: Said) -> Any:
    """The film of the map as it learns."""
    return Response(film(_stage(studio, said), silent), media_type="image/gif", headers=FOREVER)


def export(studio: Studio, said: Said) -> Any:
    """Begin to make a file of the document as it is now."""
    document = studio.session.document
    if document is None:
        raise Unclear("no clip is open")
    name, download = _alone(_of(said, "name", str)), said.get("to") == "download"
    overwrite = said.get("replace") is True
    opening = studio.session.opening(document)
    job = studio.exports.start(opening, document.keywords, name, download=download, overwrite=overwrite)
    return {"job": job, "command": studio.session.command(name)}


def cancel(studio: Studio, said: Said) -> Any:
    """Stop making a file."""
    return {} if studio.exports.cancel(_whole(said, "job")) else _missing()


def exported(studio: Studio, said: Said) -> Any:
    """A file that was made."""
    path = studio.exports.file(_whole(said, "job"), str(said["name"]))
    if path is None or not path.is_file():
        return _missing()
    return FileResponse(path, filename=path.name, content_disposition_type=str(said.get("as", "inline")))


def screens(studio: Studio, said: Said) -> Any:
    """Monitors and windows, with a still of the screen."""
    found, still = recording.screens()
    stream = BytesIO()
    recording.picture(still, STILL).save(stream, "JPEG", quality=80)
    studio.still = stream.getvalue()
    return found


def still(studio: Studio, said: Said) -> Any:
    """The last still of the screen."""
    return Response(studio.still, media_type="image/jpeg", headers={"cache-control": "no-store"})


def record(studio: Studio, said: Said) -> Any:
    """Begin a recording: of a region, a window by its id, or a monitor."""
    what: dict[str, Any] = {"fps": _number(said, "fps", 15), "cursor": said.get("cursor", True) is True}
    if "region" in said:
        what["region"] = tuple(_of(said, "region", list))
    elif "window" in said:
        there = [one for one in windows() if one.id == _whole(said, "window")]
        if not there:
            raise Unclear("that window is not there any more")
        what["window"] = there[0]
    elif "monitor" in said:
        what["monitor"] = _whole(said, "monitor")
    for name in ("clicks", "keys", "shortcuts"):
        what[name] = said.get(name, False) is True
    studio.recording.start(recording.Asked(what, min(max(_number(said, "delay", 3), 0), 60)))
    return {}


def record_act(studio: Studio, said: Said) -> Any:
    """Pause a recording, go on, end it, or delete it."""
    act = _of(said, "act", str)
    if act in ("pause", "resume"):
        studio.recording.pause(act == "pause")
    elif act == "stop":
        studio.recording.stop()
    elif act == "cancel":
        studio.recording.cancel()
    else:
        return _missing()
    return {}


def done(studio: Studio, said: Said) -> Any:
    """End the studio: whoever opened it from Python gets the edited clip."""
    studio.done.set()
    return {}


ALL: Final = (
    ("GET", "/state", state),
    ("GET", "/options", options),
    ("POST", "/document", change),
    ("POST", "/undo", undo),
    ("POST", "/redo", redo),
    ("POST", "/open", open_files),
    ("POST", "/save", save),
    ("GET", "/files", listing),
    ("GET", "/frame/{rev}/{number}", frame),
    ("GET", "/coded/{rev}/{number}", coded),
    ("GET", "/heat/{rev}/{number}", heat),
    ("POST", "/preview", preview),
    ("GET", "/palette/{rev}", palette),
    ("GET", "/film/{rev}", palette_film),
    ("POST", "/export", export),
    ("DELETE", "/export/{job}", cancel),
    ("GET", "/export/{job}/{name}", exported),
    ("GET", "/screens", screens),
    ("GET", "/still", still),
    ("POST", "/record", record),
    ("POST", "/record/{act}", record_act),
    ("POST", "/done", done),
)
"""Method, path below /api, and function of each route."""


def _stage(studio: Studio, said: Said) -> Stage:
    """The frames of the document's revision. Raises `LookupError` where it is another one now."""
    stage = studio.session.stage
    if stage is None or _rev(said) != studio.session.rev:
        raise IndexError
    return stage


def _coded(studio: Studio, said: Said) -> Coded | None:
    """A frame of the stretch that was coded."""
    found = studio.session.forecast.stretch
    if found is None or found[0] != _rev(said):
        return None
    place = _whole(said, "number") - found[1].first
    return found[1].coded[place] if 0 <= place < len(found[1].coded) else None


def _picture(shown: Frame, said: Said) -> Response:
    width = _whole(said, "width") if "width" in said else None
    data, kind = encoded(shown.pixels, shown.mask, width, quick="quick" in said)
    return Response(data, media_type=kind, headers=FOREVER)


def _missing() -> Response:
    return JSONResponse({"error": "that is not there yet"}, 404)


def _of(said: Said, name: str, kind: type[Kind]) -> Kind:
    """A part of a request. Raises `Unclear` where it is missing, or of another kind."""
    value = said.get(name)
    if not isinstance(value, kind):
        raise Unclear(f"{name} is missing, or of the wrong kind")
    return value


def _whole(said: Said, name: str) -> int:
    """A whole number of a path or of JSON. Raises `Unclear`."""
    value = said.get(name)
    if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 18:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise Unclear(f"{name} is no whole number")


def _number(said: Said, name: str, usual: float) -> float:
    """A number; `usual` where it is missing. Raises `Unclear`."""
    value = said.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unclear(f"{name} is no number")
    return value


def _rev(said: Said) -> int:
    """The revision that a request is about. Raises `Unclear`."""
    return _whole(said, "rev")


def _alone(name: str) -> str:
    """The name of a file without a folder. Raises `Unclear` for another one."""
    if not name or Path(name).name != name or "\\" in name or name in (".", ".."):
        raise Unclear("give the name of a file, without a folder")
    return name
