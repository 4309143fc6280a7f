"""Drawings as pictures: an SVG of ours made into a PNG, with the letters of the site."""

from pathlib import Path
from typing import Any

from flask import current_app

FONTS = ("node_modules", "bootstrap-italia", "dist", "fonts", "Titillium_Web")
PIXELS_PER_INCH = 240  # of 96 units: two and a half pixels for each unit of a drawing
_PAGE = b"""#set page(width: auto, height: auto, margin: 0pt, fill: white)
#image(bytes(sys.inputs.drawing), format: "svg")
"""


def png(drawing: str) -> bytes:
    """The drawing as a PNG."""
    import typst  # loads in a tenth of a second: only what makes pictures waits for it

    # Named Any: a list of paths is what typst takes, and not what its types allow.
    fonts: Any = [Path(current_app.config["ROOT"]).joinpath(*FONTS)]
    made = typst.compile(
        _PAGE,
        font_paths=fonts,
        ignore_system_fonts=True,
        format="png",
        ppi=PIXELS_PER_INCH,
        sys_inputs={"drawing": drawing},
    )
    assert isinstance(made, bytes)  # a list of pages, where there are more than one
    return made


def printable(text: str) -> str:
    """Without the signs that XML refuses, which people can put into an address."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
