"""The lines of a PDF: bytes in, JSON out. Run by `apart.run`, never imported.

For each page its width and height, whether it has images, and its lines: their words, the four
sides, the size of the print and whether it is heavy.
"""

import ctypes
import json
import sys

import pypdfium2
import pypdfium2.raw as pdfium

MOST_PAGES = 3000
MOST_SIGNS = 20_000_000
HEAVY = 600
HYPHENS = {"\x02", "\ufffe"}  # as PDFium gives a hyphen at the end of a line


def main() -> None:
    data = sys.stdin.buffer.read()
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        said = str(error).lower()
        locked = "password" in said or "security" in said
        json.dump({"error": "protected" if locked else "damaged"}, sys.stdout)
        return
    if len(document) > MOST_PAGES:
        json.dump({"error": "large"}, sys.stdout)
        return
    pages, signs = [], 0
    for number in range(len(document)):
        try:
            page, read = page_of(document, number)
        except pypdfium2.PdfiumError:
            page, read = {"broken": True, "lines": []}, 0
        signs += read
        if signs > MOST_SIGNS:
            json.dump({"error": "large"}, sys.stdout)
            return
        pages.append(page)
    json.dump({"pages": pages}, sys.stdout)


def page_of(document: pypdfium2.PdfDocument, number: int) -> tuple[dict[str, object], int]:
    page = document[number]
    text = page.get_textpage()
    count = text.count_chars()
    lines: list[dict[str, object] | None] = []
    row: list[tuple[int, str]] = []
    for index in range(min(count, MOST_SIGNS)):
        sign = chr(pdfium.FPDFText_GetUnicode(text.raw, index))
        if sign not in "\r\n":
            row.append((index, sign))
        if row and (sign in "\r\n" or sign in HYPHENS):  # after a hyphen PDFium ends no line
            lines.append(line_of(text.raw, row))
            row = []
    if row:
        lines.append(line_of(text.raw, row))
    found = {
        "width": page.get_width(),
        "height": page.get_height(),
        "images": any(
            item.type == pdfium.FPDF_PAGEOBJ_IMAGE for item in page.get_objects(max_depth=2)
        ),
        "lines": [line for line in lines if line],
    }
    text.close()
    page.close()
    return found, count


def line_of(text: object, row: list[tuple[int, str]]) -> dict[str, object] | None:
    words = "".join("\u00ad" if sign in HYPHENS else sign for _index, sign in row)
    words = "".join(sign for sign in words if sign.isprintable() or sign in "\t\u00ad")
    shown = [index for index, sign in row if not sign.isspace()]
    if not words.strip() or not shown:
        return None
    first, last = box_of(text, shown[0]), box_of(text, shown[-1])
    return {
        "text": words,
        "left": first[0],
        "right": last[1],
        "bottom": min(first[2], last[2]),
        "top": max(first[3], last[3]),
        "base": origin_of(text, shown[0]),
        "size": pdfium.FPDFText_GetFontSize(text, shown[len(shown) // 2]),
        "heavy": pdfium.FPDFText_GetFontWeight(text, shown[len(shown) // 2]) >= HEAVY,
    }


def box_of(text: object, index: int) -> list[float]:
    sides = [ctypes.c_double() for _side in range(4)]
    pdfium.FPDFText_GetCharBox(text, index, *map(ctypes.byref, sides))
    return [round(side.value, 1) for side in sides]


def origin_of(text: object, index: int) -> float:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text, index, ctypes.byref(x), ctypes.byref(y))
    return round(y.value, 1)


if __name__ == "__main__":
    main()
