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
_UNSHOWN = re.compile(
    r"the text `?\"(?P<text>.+?)\"`? could not be displayed"
    r"|the PDF contains the codepoint `?\"(?P<sign>.+?)\"`?"
)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")  # how the compiler names what it cannot print either
# Signs outside the scripts that the fonts cover are replaced at once where there are many.
_COVERED = re.compile(
    r"[^\x20-\u024f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1eff\u2010-\u2026\u2030\u2039\u203a\u20ac\n\t]"
)
# What is left when nothing else can be set: the letters of Europe's Latin alphabets.
_SAFE = re.compile(r"[^\x20-\x7e\u00a0-\u017f\u2013\u2014\u2018-\u201d\u2026\u20ac\n\t]")


def pdf(template: str, values: dict[str, Any]) -> bytes:
    """The PDF of `templates/documents/<template>.typ`, whose data is `values` (JSON)."""
    import typst  # loads in a tenth of a second: only what makes documents waits for it

    data = json.dumps(values, ensure_ascii=False, default=str)
    for _pass in range(MOST_PASSES):
        try:
            return _compiled(template, data)
        except typst.TypstError as error:
            spelled = _without_named(data, str(error))
        except CompilerBroke:
            break
        if spelled == data:
            break
        data = spelled
    return _compiled(template, _spell_out(data, _SAFE))


class CompilerBroke(Exception):
    """The compiler itself failed on a document, as it does on some rare sequences of signs."""


def _compiled(template: str, data: str) -> bytes:
    """One try at a document. Raises TypstError or CompilerBroke."""
    import typst

    folder = Path(current_app.config["ROOT"]) / "templates" / "documents"
    try:
        return typst.compile(
            str(folder / f"{template}.typ"),
            root=str(folder),
            sys_inputs={"data": data},
            pdf_standards=STANDARDS,
            ignore_system_fonts=True,
        )
    except BaseException as error:
        # A panic in Rust is no Exception: left alone it would end whatever thread or process
        # wanted the document.
        if type(error).__name__ == "PanicException":
            raise CompilerBroke(str(error)) from error
        raise


def _without_named(data: str, problem: str) -> str:
    """Print as code points what the compiler says it cannot show, and all of uncovered script."""
    unshown = _UNSHOWN.search(problem)
    if unshown is None:
        return data
    named = unshown["text"] or unshown["sign"]
    for sign in _ESCAPED.sub(lambda found: chr(int(found[1], 16)), named):
        if not sign.isascii():
            data = data.replace(sign, _code_point(sign))
    return _spell_out(data, _COVERED)


def _spell_out(data: str, signs: re.Pattern[str]) -> str:
    return signs.sub(lambda found: _code_point(found[0]), data)


def _code_point(sign: str) -> str:
    return f"[U+{ord(sign):04X}]"
