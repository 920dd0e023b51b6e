"""A logo as pixels of our own making: what was sent is drawn anew, and nothing of it is kept."""

import struct
import tempfile
from pathlib import Path

import typst
from django.utils.translation import gettext as _

from eachchild.web.foundation.rules import NotAllowedError

LARGEST = 200_000  # bytes of what is sent
_KEPT = 150_000  # bytes of what is drawn
_WIDEST = 4_000  # pixels: a small file may unpack to a large picture
_HEIGHT, _WIDTH = 40, 160  # points; drawn at twice as many pixels
_PNG = b"\x89PNG\r\n\x1a\n"
_PAGE = """#set page(width: auto, height: auto, margin: 0pt, fill: none)
#box(width: {width}pt, height: {height}pt, image("{name}", fit: "contain"))"""


def drawn(sent: bytes) -> bytes:
    """The picture as a PNG; its kind is told by its bytes, whatever it was called."""
    if len(sent) > LARGEST:
        raise NotAllowedError(_("The logo is too large: send at most 200 kB."))
    kind = _kind(sent)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"logo.{kind}").write_bytes(sent)
        page = Path(folder) / "page.typ"
        page.write_text(_PAGE.format(name=f"logo.{kind}", width=_WIDTH, height=_HEIGHT), "utf-8")
        try:
            made = typst.compile(page, root=Path(folder), format="png", ppi=144.0)
        except (typst.TypstError, RuntimeError):
            raise NotAllowedError(_("The logo cannot be read. Save it again as PNG.")) from None
    if not isinstance(made, bytes) or len(made) > _KEPT:
        raise NotAllowedError(_("The logo is too large: send a simpler one."))
    return made


def _kind(sent: bytes) -> str:
    if sent.startswith(_PNG):
        if len(sent) < 24 or max(struct.unpack(">II", sent[16:24])) > _WIDEST:
            raise NotAllowedError(_("The logo has too many pixels: make it smaller."))
        return "png"
    start = sent[:LARGEST].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<?xml", b"<svg")) and b"<svg" in start:
        if any(word in start for word in (b"<!doctype", b"<!entity", b"href", b"<foreignobject")):
            raise NotAllowedError(
                _("The logo names something outside of it. Save it as PNG and send that.")
            )
        return "svg"
    raise NotAllowedError(_("A logo is a PNG or an SVG picture."))
