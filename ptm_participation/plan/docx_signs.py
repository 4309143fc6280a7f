"""The signs that Word takes from fonts of its own: Symbol and Wingdings, as Unicode has them.

A font of signs has no letters, but shapes at the places of letters: «B3» of Symbol is «≥». Word
writes the place alone, or in the private area that begins at F000.
"""

from xml.etree.ElementTree import Element

from ptm_participation.plan.docx_parts import value

UNKNOWN = "\ufffd"

_PRIVATE = 0xF000


def _placed(*rows: tuple[int, str]) -> dict[int, str]:
    """The signs by their places; in a row they follow each other, and a space is no sign."""
    return {start + n: sign for start, row in rows for n, sign in enumerate(row) if sign != " "}


# What has no sign here are pieces of tall brackets and of long arrows, which say nothing alone.
_SYMBOL = {0x20: " ", 0xA0: "€"} | _placed(
    (0x21, "!∀#∃%&∋()∗+,−./0123456789:;<=>?"),
    (0x40, "≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_"),
    (0x61, "αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"),
    (0xA1, "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…"),
    (0xBF, "↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊⟨®©™∑"),
    (0xF1, "⟩∫"),
)
# Of Wingdings, what is met in a text of law; the rest are pictures.
_WINGDINGS = {0x20: " "} | _placed(
    (0x21, "✏✂✁"),
    (0x28, "☎✆✉"),
    (0x3F, "✍"),
    (0x45, "☜☞☝☟"),
    (0x4A, "☺"),
    (0x4C, "☹"),
    (0x6C, "●❍■□"),
    (0x71, "❑❒⬧⧫◆❖⬥⌧ ⌘"),
    (0x80, "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿"),
    (0x9E, "·•▪"),
    (0xA4, "◉◎"),
    (0xA7, "▪◻"),
    (0xAA, "✦★✶✴✹✵"),
    (0xB5, "✪✰"),
    (0xD5, "⌫⌦"),
    (0xD8, "➢"),
    (0xDF, "←→↑↓↖↗↙↘"),
    (0xE8, "➔"),
    (0xEF, "⇦⇨⇧⇩⇔⇳"),
    (0xFB, "✗✔☒☑"),
)
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}


def sign_of(element: Element) -> str:
    """What a `w:sym` shows; `UNKNOWN` where Unicode has no sign that we know of for it."""
    written = value(element, "char")
    try:
        place = int(written, 16)
    except ValueError:
        return UNKNOWN
    signs = _FONTS.get(value(element, "font").strip().lower())
    if signs is not None:
        return signs.get(place - _PRIVATE if place >= _PRIVATE else place, UNKNOWN)
    shown = chr(place) if 0 < place < 0x110000 else UNKNOWN
    return shown if shown.isprintable() else UNKNOWN
