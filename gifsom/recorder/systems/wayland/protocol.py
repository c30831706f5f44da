"""The interfaces of Wayland that recording needs, as far as it needs them.

From wayland.xml, xdg-output-unstable-v1.xml, wlr-screencopy-unstable-v1.xml, ext-image-capture-source-v1.xml and
ext-image-copy-capture-v1.xml. A signature has a letter for each argument: i a signed number, u an unsigned one, s a
text, a an array of bytes, o an object, n a new one, h a file descriptor.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Interface:
    """Requests and events of one kind of object: names and signatures, in the order of their opcodes."""

    requests: tuple[tuple[str, str], ...] = ()
    events: tuple[tuple[str, str], ...] = ()


_DESTROY = ("destroy", "")

SCREENCOPY: Final = "zwlr_screencopy_manager_v1"
CAPTURE: Final = "ext_image_copy_capture_manager_v1"
SOURCES: Final = "ext_output_image_capture_source_manager_v1"
XDG_OUTPUTS: Final = "zxdg_output_manager_v1"

INTERFACES: Final = {
    "wl_display": Interface((("sync", "n"), ("get_registry", "n")), (("error", "ous"), ("delete_id", "u"))),
    "wl_callback": Interface((), (("done", "u"),)),
    "wl_registry": Interface((("bind", "usun"),), (("global", "usu"), ("global_remove", "u"))),
    "wl_shm": Interface((("create_pool", "nhi"),), (("format", "u"),)),
    "wl_shm_pool": Interface((("create_buffer", "niiiiu"), _DESTROY)),
    "wl_buffer": Interface((_DESTROY,), (("release", ""),)),
    "wl_output": Interface(
        (("release", ""),),
        (("geometry", "iiiiissi"), ("mode", "uiii"), ("done", ""), ("scale", "i"), ("name", "s"), ("description", "s")),
    ),
    XDG_OUTPUTS: Interface((_DESTROY, ("get_xdg_output", "no"))),
    "zxdg_output_v1": Interface(
        (_DESTROY,),
        (("logical_position", "ii"), ("logical_size", "ii"), ("done", ""), ("name", "s"), ("description", "s")),
    ),
    SCREENCOPY: Interface((("capture_output", "nio"), ("capture_output_region", "nioiiii"), _DESTROY)),
    "zwlr_screencopy_frame_v1": Interface(
        (("copy", "o"), _DESTROY, ("copy_with_damage", "o")),
        (
            ("buffer", "uuuu"),
            ("flags", "u"),
            ("ready", "uuu"),
            ("failed", ""),
            ("damage", "uuuu"),
            ("linux_dmabuf", "uuu"),
            ("buffer_done", ""),
        ),
    ),
    SOURCES: Interface((("create_source", "no"), _DESTROY)),
    "ext_image_capture_source_v1": Interface((_DESTROY,)),
    CAPTURE: Interface((("create_session", "nou"), ("create_pointer_cursor_session", "noo"), _DESTROY)),
    "ext_image_copy_capture_session_v1": Interface(
        (("create_frame", "n"), _DESTROY),
        (
            ("buffer_size", "uu"),
            ("shm_format", "u"),
            ("dmabuf_device", "a"),
            ("dmabuf_format", "ua"),
            ("done", ""),
            ("stopped", ""),
        ),
    ),
    "ext_image_copy_capture_frame_v1": Interface(
        (_DESTROY, ("attach_buffer", "o"), ("damage_buffer", "iiii"), ("capture", "")),
        (("transform", "u"), ("damage", "iiii"), ("presentation_time", "uuu"), ("ready", ""), ("failed", "u")),
    ),
}
