"""The acts that Italian texts cite beside themselves: how they are named, and their identifiers.

An act is known by its type, its number, and its date or year: «legge 7 agosto 1990, n. 241»,
«l.r. 12/2005», «Regolamento (UE) 2016/679»; a few are known by a name of their own («Codice
civile»). What the words do not say is left out: an act of which only the year is written has
no date, and «la legge» alone is no act. Nothing is ever fetched from the addresses given here.
"""

import dataclasses
import re

MONTHS = {
    name: number
    for number, name in enumerate(
        (
            *("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio"),
            *("agosto", "settembre", "ottobre", "novembre", "dicembre"),
        ),
        1,
    )
}
_NORMATTIVA = "https://www.normattiva.it/uri-res/N2Ls?"
_EUR_LEX = "https://eur-lex.europa.eu/eli/"


@dataclasses.dataclass(frozen=True, slots=True)
class Act:
    """An act outside the text. `dated` is a day («1990-08-07») or, where no day is written, a
    year; `name` is how the types below call it."""

    kind: str
    dated: str
    number: str
    authority: str = "stato"

    @property
    def year(self) -> str:
        return self.dated[:4]

    @property
    def iri(self) -> str:
        """As acts are named in Akoma Ntoso files."""
        parts = (self.kind, self.authority, self.dated, self.number)
        return f"/akn/it/act/{'/'.join(parts)}/!main"

    @property
    def urn(self) -> str:
        """As the public administration names its acts; the European Union's have no such name."""
        if self.authority == "eu":
            return ""
        if self.kind == "costituzione":
            return "urn:nir:stato:costituzione:1947-12-27"
        kind, annex = _URN_KINDS.get(self.kind, (self.kind, ""))
        return f"urn:nir:{self.authority}:{kind}:{self.dated};{self.number}{annex}"

    def address(self, place: str = "") -> str:
        """Where it can be read; `place` is a place in it («art_5-com2»). Empty if unknown."""
        if self.authority == "eu":
            kind = "reg" if self.kind == "regolamentoUe" else "dir"
            return f"{_EUR_LEX}{kind}/{self.year}/{self.number}/oj/ita"
        if self.authority != "stato":
            return ""
        article = place.split("-")[0].replace("_", "") if place.startswith("art_") else ""
        return f"{_NORMATTIVA}{self.urn}{f'~{article}' if article else ''}"

    @property
    def label(self) -> str:
        """How a list of references names it."""
        named = _TITLES.get((self.kind, self.dated, self.number))
        if named:
            return named
        day = self.dated.split("-")
        written = _LABELS[self.kind]
        region = self.authority.partition(".")[2]
        if region:
            written = f"{written} {region.replace('.', ' ').title()}"
        if self.authority == "eu":
            if self.kind == "regolamentoUe" and int(self.year) < 2015:
                return f"{written} n. {self.number}/{self.year}"
            return f"{written} {self.year}/{self.number}"
        if len(day) < 3:
            return f"{written} n. {self.number} del {self.year}"
        month = next(name for name, number in MONTHS.items() if number == int(day[1]))
        return f"{written} {int(day[2])} {month} {self.year}, n. {self.number}"


_LABELS = {
    "legge": "legge",
    "leggeCostituzionale": "legge costituzionale",
    "leggeRegionale": "legge regionale",
    "decretoLegislativo": "d.lgs.",
    "decretoLegge": "d.l.",
    "decretoDelPresidenteDellaRepubblica": "d.P.R.",
    "decretoDelPresidenteDelConsiglioDeiMinistri": "d.P.C.M.",
    "decretoMinisteriale": "d.m.",
    "regio.decreto": "r.d.",
    "regio.decreto.legge": "r.d.l.",
    "regolamentoUe": "Regolamento (UE)",
    "direttivaUe": "Direttiva",
    "codice.civile": "Codice civile",
    "costituzione": "Costituzione",
}
_URN_KINDS = {
    "leggeCostituzionale": ("legge.costituzionale", ""),
    "leggeRegionale": ("legge", ""),
    "decretoLegislativo": ("decreto.legislativo", ""),
    "decretoLegge": ("decreto.legge", ""),
    "decretoDelPresidenteDellaRepubblica": ("decreto.del.presidente.della.repubblica", ""),
    "decretoDelPresidenteDelConsiglioDeiMinistri": (
        "decreto.del.presidente.del.consiglio.dei.ministri",
        "",
    ),
    "decretoMinisteriale": ("decreto.ministeriale", ""),
    "codice.civile": ("regio.decreto", ":2"),
}

_CONSTITUTION = Act("costituzione", "1947-12-27", "const")
_CIVIL_CODE = Act("codice.civile", "1942-03-16", "262")
_TITLES = {
    ("costituzione", "1947-12-27", "const"): "Costituzione",
    ("codice.civile", "1942-03-16", "262"): "Codice civile",
}


def _legislative(dated: str, number: str) -> Act:
    return Act("decretoLegislativo", dated, number)


# What is known by a name of its own, and by it always the same act. «Codice dei contratti» is
# not here: three acts have had that name.
_NAMED = (
    (
        # «la costituzione del fondo» is none.
        r"(?-i:Costituzione|COSTITUZIONE)\b"
        r"(?: italiana| della repubblica(?: italiana)?|(?! (?:del|de[il]|di)))",
        _CONSTITUTION,
    ),
    (r"codice civile|c\.\s?c\.", _CIVIL_CODE),
    (r"codice penale", Act("regio.decreto", "1930-10-19", "1398")),
    (r"codice di procedura civile", Act("regio.decreto", "1940-10-28", "1443")),
    (
        r"codice di procedura penale",
        Act("decretoDelPresidenteDellaRepubblica", "1988-09-22", "447"),
    ),
    (r"codice del processo amministrativo", _legislative("2010-07-02", "104")),
    (r"codice in materia di protezione dei dati personali", _legislative("2003-06-30", "196")),
    (r"codice della strada", _legislative("1992-04-30", "285")),
    (r"codice dell['’]ordinamento militare", _legislative("2010-03-15", "66")),
    (r"codice dell['’]amministrazione digitale", _legislative("2005-03-07", "82")),
    (r"codice dei beni culturali(?: e del paesaggio)?", _legislative("2004-01-22", "42")),
    (r"codice dell['’]ambiente", _legislative("2006-04-03", "152")),
    (
        r"tuel\b|testo unico (?:(?:de|pe)[rg]?l?i? enti locali|per gli enti locali"
        r"|delle leggi sull['’]ordinamento degli enti locali)",
        _legislative("2000-08-18", "267"),
    ),
    (
        r"testo unico (?:dell['’]|in materia )?edilizia",
        Act("decretoDelPresidenteDellaRepubblica", "2001-06-06", "380"),
    ),
    (
        r"testo unico delle disposizioni legislative e regolamentari in materia di"
        r" documentazione amministrativa",
        Act("decretoDelPresidenteDellaRepubblica", "2000-12-28", "445"),
    ),
    (r"regolamento eidas", Act("regolamentoUe", "2014", "910", "eu")),
    (r"gdpr\b", Act("regolamentoUe", "2016", "679", "eu")),
)

_GAP = r"\s{0,4}"
_KINDS = (
    ("leggeCostituzionale", rf"legge{_GAP}costituzionale|l\.{_GAP}cost\."),
    ("leggeRegionale", rf"legge{_GAP}reg(?:ionale|\.)|l\.{_GAP}r\.|lr(?=\s{{0,4}}(?:n|\d))"),
    ("legge", r"legg[ei]\b|l\."),
    (
        "decretoLegislativo",
        rf"decreto{_GAP}legislativo|d\.{_GAP}l(?:e?gs|g)s?\.?(?:vo\b)?|d\.?lgs\b",
    ),
    ("decretoLegge", rf"decreto(?:-|{_GAP})legge|d\.{_GAP}l\."),
    (
        "decretoDelPresidenteDellaRepubblica",
        rf"decreto del presidente della repubblica|d\.{_GAP}p\.{_GAP}r\.|dpr\b",
    ),
    (
        "decretoDelPresidenteDelConsiglioDeiMinistri",
        rf"decreto del presidente del consiglio dei ministri|d\.{_GAP}p\.{_GAP}c\.{_GAP}m\.|dpcm\b",
    ),
    ("decretoMinisteriale", rf"decreto{_GAP}ministeriale|d\.{_GAP}m\."),
    ("regio.decreto.legge", rf"regio{_GAP}decreto(?:-|{_GAP})legge|r\.{_GAP}d\.{_GAP}l\."),
    ("regio.decreto", rf"regio{_GAP}decreto|r\.{_GAP}d\."),
)
_TYPED = re.compile(
    "|".join(f"(?P<{name.replace('.', '_')}>{words})" for name, words in _KINDS), re.IGNORECASE
)
_MONTH = "|".join(MONTHS)
_DAY = (
    rf"(?:(?P<d{{0}}>\d{{{{1,2}}}})\s?[°º]?\s{{{{1,4}}}}(?P<m{{0}}>{_MONTH})\s{{{{1,4}}}}(?P<y{{0}}>\d{{{{4}}}})"
    rf"|(?P<e{{0}}>\d{{{{1,2}}}})[./](?P<n{{0}}>\d{{{{1,2}}}})[./](?P<z{{0}}>\d{{{{4}}}}))"
)
_N = r"(?:n\.?|nr\.?|num\.|numero)"
_REGION = r"(?:\s{1,4}(?:della\s{1,4})?(?:regione\s{1,4})?(?P<region>lombardia|campania|piemonte))?"
# After the type: «7 agosto 1990, n. 241», «n. 241 del 1990», «n. 241 del 7 agosto 1990», «12/2005».
_NUMBERED = re.compile(
    _REGION + rf"(?:\s{{1,4}}del)?\s{{0,4}}(?:{_DAY.format(1)}"
    rf"\s{{0,4}},?\s{{0,4}}{_N}\s{{0,4}}(?P<a>\d{{1,5}})(?![\d/])"
    rf"|(?:{_N}\s{{0,4}})?(?P<b>\d{{1,5}})\s{{0,2}}/\s{{0,2}}(?P<by>\d{{4}}|\d{{2}})(?!\d)"
    rf"|{_N}\s{{0,4}}(?P<c>\d{{1,5}})\s{{0,4}},?\s{{0,4}}del(?:l['’])?\s{{0,4}}"
    rf"(?:{_DAY.format(2)}|(?P<cy>\d{{4}})(?!\d)))",
    re.IGNORECASE,
)
_EUROPEAN = re.compile(
    rf"(?P<regolamentoUe>regolamento)\s{{1,4}}(?:di esecuzione\s|delegato\s)?"
    rf"\((?:ue|ce|cee|euratom)(?:,\s?euratom)?\)\s{{0,4}}"
    rf"(?:(?:{_N}\s{{0,4}})?(?P<p>\d{{1,4}})/(?P<q>\d{{1,4}})(?!\d)"
    rf"|(?:del\s)?{_DAY.format(3)}\s{{0,4}},?\s{{0,4}}{_N}\s{{0,4}}(?P<g>\d{{1,5}})(?!\d))"
    rf"|(?P<direttivaUe>direttiva)\s{{1,4}}(?:\((?:ue|ce|cee)\)\s{{0,4}})?(?:{_N}\s{{0,4}})?"
    rf"(?P<s>\d{{2}}|\d{{4}})/(?P<t>\d{{1,4}})(?:/(?:ue|ce|cee)\b)?",
    re.IGNORECASE,
)
_EU_TAIL = re.compile(
    r"\s{1,4}del parlamento europeo(?: e del consiglio)?"
    rf"(?:,?\s{{1,4}}del(?:l['’])?\s{{0,4}}{_DAY.format(4)})?",
    re.IGNORECASE,
)
_CALLED = re.compile(
    "|".join(f"(?P<named{place}>{words})" for place, (words, _) in enumerate(_NAMED)),
    re.IGNORECASE,
)


def read_act(text: str, start: int) -> tuple[Act, int] | None:
    """The act that is named at a place of the text, and where its name ends."""
    called = _CALLED.match(text, start)
    if called is not None and not text[called.end() : called.end() + 1].isalnum():
        return _NAMED[int(str(called.lastgroup).removeprefix("named"))][1], called.end()
    return _european(text, start) or _typed(text, start)


def _typed(text: str, start: int) -> tuple[Act, int] | None:
    kind = _TYPED.match(text, start)
    if kind is None:
        return None
    found = _NUMBERED.match(text, kind.end())
    if found is None:
        return None
    number, dated = _number_and_day(found)
    if not dated:
        return None
    name = str(kind.lastgroup).replace("_", ".")
    authority = "stato"
    if name == "leggeRegionale":
        region = found["region"]
        authority = f"regione.{region.lower()}" if region else "regione"
    elif found["region"]:
        return None
    return Act(name, dated, number.lstrip("0") or "0", authority), found.end()


def _number_and_day(found: re.Match[str]) -> tuple[str, str]:
    if found["a"]:
        return found["a"], _day(found, "1")
    if found["b"]:
        return found["b"], _year(found["by"])
    return found["c"], found["cy"] or _day(found, "2")


def _day(found: re.Match[str], which: str) -> str:
    """The date of an act, empty if there is no such day."""
    if found["d" + which]:
        day, month = int(found["d" + which]), MONTHS[found["m" + which].lower()]
        year = found["y" + which]
    else:
        day, month = int(found["e" + which]), int(found["n" + which])
        year = found["z" + which]
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return ""
    return f"{year}-{month:02d}-{day:02d}"


def _year(written: str) -> str:
    """«90» is 1990 and «05» is 2005: the Republic has no acts of before 1946."""
    if len(written) == 4:
        return written
    return f"19{written}" if int(written) >= 46 else f"20{written}"


def _european(text: str, start: int) -> tuple[Act, int] | None:
    found = _EUROPEAN.match(text, start)
    if found is None:
        return None
    tail = _EU_TAIL.match(text, found.end())
    end = tail.end() if tail else found.end()
    if found["direttivaUe"]:
        return Act("direttivaUe", _year(found["s"]), found["t"], "eu"), end
    if found["g"]:
        return Act("regolamentoUe", _day(found, "3")[:4], found["g"], "eu"), end
    first, second = found["p"], found["q"]
    # Until 2014 the number came before the year, and since then after it.
    turned = len(second) == 4 and not (len(first) == 4 and int(first) >= 2015)
    number, year = (first, second) if turned else (second, first)
    return Act("regolamentoUe", year, number, "eu"), end
