"""Documents as accessible PDF (PDF/UA-1 and PDF/A-2a), set by typst from a template.

The standards refuse a sign that no font can show. People write emoji and names in any
script, and a receipt must come out all the same: such a sign is printed as its code point.
"""

import json
import re
from pathlib import Path
from typing import Any

from flask import current_app

STANDARDS: Any = ["ua-1", "a-2a"]
MOST_PASSES = 60
_UNSHOWN = re.compile(r"the text `?\"(?P<text>.+?)\"`? could not be displayed")
# Signs outside the scripts that the fonts cover are replaced at once where there are many.
_COVERED = re.compile(
    r"[^\x20-\u024f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1eff\u2010-\u2026\u2030\u2039\u203a\u20ac\n\t]"
)


def pdf(template: str, values: dict[str, Any]) -> bytes:
    """The PDF of `templates/documents/<template>.typ`, whose data is `values` (JSON)."""
    import typst  # loads in a tenth of a second: only what makes documents waits for it

    folder = Path(current_app.config["ROOT"]) / "templates" / "documents"
    data = json.dumps(values, ensure_ascii=False, default=str)
    for _pass in range(MOST_PASSES):
        try:
            compiled: bytes = typst.compile(
                str(folder / f"{template}.typ"),
                root=str(folder),
                sys_inputs={"data": data},
                pdf_standards=STANDARDS,
                ignore_system_fonts=True,
            )
        except typst.TypstError as error:
            unshown = _UNSHOWN.search(str(error))
            if unshown is None:
                raise
            data = _spell_out(data, unshown["text"])
        else:
            return compiled
    raise RuntimeError(f"The document {template} holds signs that cannot be set.")


def _spell_out(data: str, text: str) -> str:
    """Print as code points what cannot be shown: the text named, and all of uncovered script."""
    for sign in text:
        if sign in data and not sign.isascii():
            data = data.replace(sign, f"[U+{ord(sign):04X}]")
    return _COVERED.sub(lambda found: f"[U+{ord(found[0]):04X}]", data)
