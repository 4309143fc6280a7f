"""The words by which Italian texts cite, as patterns that are tried at one place.

Each has a bound on what it may pass over, so that none can be made slow.
"""

import re

from ptm_participation.plan.kinds import LATIN_SUFFIXES

_GAP = r"\s{0,4}"
# Marks of an amendment that texts in force print around words: «((», «))».
_MARKS = r"(?:\({2}\s{0,2}|\){2}\s{0,2})?"
_SUFFIX = (
    r"(?:(?:[-\xad‑]|\s)?(?:"
    + "|".join(sorted({*LATIN_SUFFIXES, "nonies"}, key=len, reverse=True))
    + r")\b){0,2}"
)
_NUMERAL = rf"(?P<number>\d{{1,4}})(?P<suffix>{_SUFFIX})"
_ORDINAL_WORDS = (
    *("primo", "secondo", "terzo", "quarto", "quinto", "sesto", "settimo", "ottavo"),
    *("nono", "decimo"),
)
ORDINALS = {word: str(number) for number, word in enumerate(_ORDINAL_WORDS, 1)}
_ORDINAL = "|".join(_ORDINAL_WORDS)


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# The words that may open a citation. The groups name what reads on from there.
TRIGGER = _words(
    r"\b(?=[acdglnopqrst])(?:"
    r"(?P<article>art(?:t?[.,]{0,2}|icol[oi])(?=\s{0,4}(?:n\.\s?)?(?:\d|da\s)))"
    r"|(?P<own>presente\s{1,4}(?:articolo|comma)\b)"
    rf"|(?P<comma>comm[ai]\s{{0,4}}(?=\d|\sda\s)|(?:{_ORDINAL})(?:\s{{1,4}}e\s{{1,4}}(?:{_ORDINAL}))?\s{{1,4}}comma\b)"
    r"|(?P<letter>lett(?:er[ae]\b|\.)(?=\s{0,4}(?:0?[a-z]|[\"«“])))"
    r"|(?P<map>tav(?:v?\.|ol[ae]\b)\s{0,4}(?:n\.\s?)?(?=\d))"
    r"|(?P<heading>par(?:agraf[oi]\b|\.)\s{0,4}(?P<heading_number>\d{1,2}(?:\.\d{1,2}){0,4}))"
    r"|(?P<strategy>sttm\s{0,4}(?P<strategy_number>\d{1,2})\b)"
    r"|(?P<division>(?:parte|titolo|tit\.|capo|sezione|sez\.)\s{1,4}(?-i:(?=[IVXLC])))"
    r"|(?P<act>legg[ei]\b|l\.|lr\b|decreto\b|d\.|d\.?lgs|dpr\b|dpcm\b|regolamento\b|direttiva\b"
    r"|codice\b|c\.\s?c\.|costituzione\b|testo unico\b|tuel\b|gdpr\b|regio\b|r\.\s?d\.)"
    r")"
)
NUMBER = _words(
    rf"\s{{0,4}}(?:n\.\s?)?{_NUMERAL}[°º]?(?:\.(?P<sub>\d{{1,2}})(?![\d.]))?(?![\d/%]|,\d|\s?%)"
)
# «41-43»; after «da», «41 a 43» too.
RANGE = _words(rf"\s?[-–]\s?(?=\d){_NUMERAL}(?![\d/%])")
FROM_TO = _words(rf"\s{{1,4}}al?\s{{1,4}}{_NUMERAL}(?![\d/%])")
FROM = _words(r"\s{0,4}da\s{1,4}(?=[\da-z])")
SEPARATOR = _words(
    rf"{_GAP}(?:(?:,\s{{0,4}}|;[^\S\n]{{0,4}})(?:ed?\s{{1,4}}|o\s{{1,4}})?"
    rf"|(?:ed?|o|ovvero|nonché)\s{{1,4}}){_MARKS}"
)
# After one article, only «e» makes one more, and only where nothing is counted with it.
AND_ANOTHER = _words(
    rf"\s{{1,4}}ed?\s{{1,4}}(?={_NUMERAL.replace('?P<number>', '?:').replace('?P<suffix>', '?:')}"
    r"\s?(?:$|[,.;:)]|\sdel|\sdello))"
)
MORE_ARTICLES = _words(
    r"(?=\s{0,4}(?:$|[,.;:)(]|[-–]\s?\d|ed?\s|o\s|del|comm[ai]\b|c\.|lett|cit\b)"
    rf"|\s{{1,4}}(?:{_ORDINAL}|ultimo)\b)"
)
COMMA_WORD = _words(rf"{_GAP},?{_GAP}(?P<word>comm[ai]|cc?\.|co\.){_GAP}(?=\d|da\s)")
ORDINAL_COMMA = _words(
    rf"{_GAP},?{_GAP}(?:(?P<before>{_ORDINAL})\s{{1,4}}e\s{{1,4}})?(?P<ordinal>{_ORDINAL})\s{{1,4}}comma\b"
)
LETTER_WORD = _words(rf"{_GAP},?{_GAP}(?P<word>letter[ae]\b|lett\.)(?=\s{{0,4}}[0a-z\"«“])")
LETTER = _words(
    rf"[^\S\n]{{0,4}}[\"«“]?(?P<letter>0?[a-z]{{1,2}})(?P<suffix>{_SUFFIX})(?:\)|[\"»”]\)?)"
)
BARE_LETTER = _words(r"\s{0,4}(?P<letter>[a-z])(?P<suffix>)(?=$|[\s,.;:])")
ITEM = _words(
    rf"{_GAP},?{_GAP}(?:numer[oi]|n\.){_GAP}(?:da\s)?{_NUMERAL}\)?(?![\d/])"
    rf"(?:\s{{1,4}}a\s{{1,4}}(?P<last>\d{{1,3}})\)?(?![\d/]))?"
)
ALONE = _words(r"\.?\s{0,3}(?:$|\n)")
FOLLOWING = _words(r"\s{1,4}e\s{1,4}(?:seguenti\b|segg?\.|ss\.)")
PERIOD = _words(rf"{_GAP},?{_GAP}(?:{_ORDINAL}|ultimo)\s{{1,4}}(?:periodo|capoverso)\b")
MAP_NUMBER = _words(r"\s{0,4}(?P<number>\d{1,2}(?:\.\d{1,2})?[a-z]?)(?![\w/%]|,\d)")
SHEET = _words(rf"{_GAP},?{_GAP}(?:foglio|f\.){_GAP}(?P<number>\d{{1,3}}[a-z]?|[a-z])\b")
DIVISION = re.compile(r"(?P<number>[IVXLC]{1,8}(?:-?(?:bis|ter))?)\b")
TO = re.compile(r"\s{1,4}a\s{1,4}|\s?[-–]\s?")
# An act may stand right after the place: «art. 97 TUEL».
BESIDE = re.compile(r",?[\s(]{1,3}")

# «della», «del citato», «dello stesso»: what follows is the text that a place is of.
OF = _words(
    rf"{_GAP}(?:\)\s?)?[,;]?\s{{0,2}}{_MARKS}{_GAP}(?:del(?:la|lo|le)?\s{{1,4}}|dell['’]\s?|de(?:gl)?i\s{{1,4}}){_MARKS}"
)
AGAIN = _words(
    r"(?:present[ei]|citat[oaie]|predett[oaie]|medesim[oaie]|stess[oaie]|suddett[oaie]"
    r"|richiamat[oaie]|sopra\s?citat[oaie]|suindicat[oaie])\s{1,4}"
)
THIS_TEXT = _words(
    r"(?:nda|n\.d\.a\.|norme(?: di attuazione)?|normativa)\b(?:\s{1,4}del\s{1,4}ptm\b)?"
    r"(?!\s{1,4}(?:del|tecniche))"
    r"|(?:ptm|piano territoriale metropolitano)\b"
)
# What has articles and is not this text, or need not be.
OTHER_TEXT = _words(
    r"(?:legg[ei]|decreto(?:[-\s]legge|\slegislativo)?|regolamento|codice|direttiva|testo unico"
    r"|statuto|convenzione|contratto|accordo|deliberazione|delibera|protocollo|trattato|carta"
    r"|norme tecniche|norme|nta|n\.t\.a\.|pgt|ptr|ptcp|pai|puc|prg|ptra|ptc)\b"
    r"(?:\s{1,4}(?:di attuazione|regionale|edilizio|eidas))?"
    r"|(?-i:[A-Z]{2,6}\b)"
)
OF_COMMA = _words(
    rf"{_GAP},?{_GAP}(?:del|di cui al)\s{{1,4}}(?:(?P<ordinal>{_ORDINAL})\s{{1,4}}comma\b"
    rf"|(?:comma|c\.)\s{{0,4}}{_NUMERAL})"
)
OF_ARTICLE = _words(
    rf"{_GAP},?{_GAP}(?:dell['’]|di cui all['’])\s?(?:articolo|art\.?){_GAP}{_NUMERAL}"
    r"(?![\d/])"
)
OF_SAME_ARTICLE = _words(
    rf"{_GAP},?{_GAP}(?:del(?:lo)?|di cui al(?:lo)?)\s{{1,4}}"
    r"(?P<which>presente|medesimo|predetto|citato|suddetto|stesso)\s{1,4}articolo\b"
)
# After an act: «l.r. 12/2005, art. 17».
ARTICLE_BEFORE = _words(r"(?:\s{0,4},\s{0,4}|\s{1,4})(?P<word>artt?\.|articol[oi]\b)(?=\s{0,4}\d)")
# A list of articles that goes on after the act of the first and what is said of it in brackets.
ALREADY_SAID = _words(r"(?:\s?\([^()]{0,200}\))?\s{0,2},?\s{1,2}ed?\s{1,4}(?=\d)")

# «Art. 5 - Organizzazione», «Art. 5.» with its line: the heading of an article.
HEADING_AFTER = _words(
    rf"\s{{0,4}}\d{{1,4}}{_SUFFIX}\s{{0,3}}(?:\.?\s{{0,3}}(?:$|\n|[-–—])|\.\s{{0,3}}(?-i:\(*[A-ZÀ-Ý]))"
)
NOTE = re.compile(r"^AGGIORNAMENTO \(\d", re.MULTILINE)
NOTE_END = re.compile(r"^(?:Art\.|Capo|Sezione|Titolo|Parte) ?[\dIVX]", re.MULTILINE)
