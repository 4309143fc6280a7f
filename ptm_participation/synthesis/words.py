"""Italian that reads like an observation: sentences from a vocabulary whose words follow Zipf."""

import dataclasses
import itertools
import random
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

VOCABULARY = Path(__file__).resolve().parents[1] / "data" / "vocabulary.toml"
PHRASES = 9_000
SAYS_SO = "Testo sintetico, inventato."

_VOWELS = "aeiouAEIOUàèéìòù"
_PREPOSITIONS = {"di": "de", "a": "a", "da": "da", "in": "ne", "su": "su"}
_JOINED = {
    "il": "l",
    "lo": "llo ",
    "l'": "ll'",
    "la": "lla ",
    "i": "i ",
    "gli": "gli ",
    "le": "lle ",
}

# <la> is a phrase with its article, <di> <a> <da> <in> <su> one with a preposition; <p> a
# participle and <è> <sia> <va> <ha> agree with the phrase before; <v> is a verb, <avv> an adverb.
OPENINGS = (
    "Con la presente si chiede di <v> <la>.",
    "La presente osservazione riguarda <la>.",
    "Si osserva che <la> non <è> <avv> <p>.",
    "Esaminati gli elaborati depositati, si formulano osservazioni <su>.",
    "Vista la proposta di piano e tenuto conto <di>, si osserva quanto segue.",
    "In merito <a>, <la> <va> <p> prima dell'approvazione.",
)
SENTENCES = (
    "Si chiede che <la> <sia> <avv> <p>.",
    "Si propone di <v> <la> anche <in>.",
    "<La> non <è> <p> con riferimento <a>.",
    "Nella tavola <la> <è> <p> diversamente <da>, come si vede in <luogo>.",
    "Si ritiene che <la> <va> <p> tenendo conto <di>.",
    "In assenza <di>, non si comprende come <v> <la>.",
    "<La> in <luogo> <è> oggi <p>, ma il piano non ne tiene conto.",
    "Occorre <v> <avv> <la> e <v> <la>.",
    "Si segnala che <la> interessa aree al <catasto>.",
    "La disciplina <di> va coordinata con quella <di>.",
    "Per <luogo> si domanda di <v> <la>, nel rispetto <di>.",
    "Non <è> chiaro se <la> si applichi <a>.",
    "A titolo di esempio, <in> <la> <è> <p> per circa <numero> metri quadrati.",
    "Tale previsione contrasta con <la> e rischia di <v> <la>.",
    "Si suggerisce di <v> <la>, <la> e <la> secondo criteri uniformi.",
    "Negli ultimi <anni> anni <la> <ha> inciso <su> più di quanto stimato.",
    "<La> <va> <p> <avv>, mentre <la> può attendere.",
    "Il testo non distingue <la> <da>.",
    "Chi abita in <luogo> chiede di <v> <la>.",
    "Rispetto <a>, la soglia del <percento> per cento appare poco motivata.",
)
CLOSINGS = (
    "Si confida nell'accoglimento.",
    "Si chiede pertanto di <v> <la>.",
    "Si resta a disposizione per un confronto <su>.",
    "Per queste ragioni <la> <va> <p>.",
    "Si chiede risposta motivata.",
)
TITLES = (
    "Osservazioni <su>",
    "Richiesta di <v> <la>",
    "<La> in <luogo>",
    "Modifica <di>",
    "Chiarimenti <su>",
    "Tutela <di>",
)
PROPOSED = ("<La> <è> <p> <avv>.", "È consentito <v> <la> nel rispetto <di>.")


@dataclasses.dataclass(frozen=True, slots=True)
class Phrase:
    """A noun with what goes with it, in the forms that sentences ask for."""

    forms: dict[str, str]
    agreement: int  # 0 masculine, 1 feminine; 2 more in the plural


def article(noun: str, gender: int, plural: bool) -> str:
    """The definite article before the noun: il, lo, l', la, i, gli, le."""
    vowel = noun[0] in _VOWELS
    if gender:
        return "le" if plural else "l'" if vowel else "la"
    hard = re.match(r"(?i)s[^aeiou]|z|gn|ps|pn|x|y", noun) is not None
    if plural:
        return "gli" if vowel or hard else "i"
    return "l'" if vowel else "lo" if hard else "il"


def plural_of(word: str, gender: int) -> str:
    """The regular plural of a noun or of an adjective's form."""
    if word[-1] not in "aeio":
        return word
    if gender and word[-1] == "a":
        if re.search(r"[^aeiou][cg]ia$", word):
            return word[:-2] + "e"
        return word[:-1] + ("he" if word[-2] in "cg" else "e")
    if word.endswith("io"):
        return word[:-1]
    if word.endswith("ico"):
        return word[:-1] + "i"
    if word[-1] == "o" and word[-2] in "cg":
        return word[:-1] + "hi"
    return word if word.endswith(("i", "si")) else word[:-1] + "i"


def agreeing(adjective: str) -> tuple[str, str, str, str]:
    """Masculine, feminine, and both in the plural."""
    if adjective.endswith("o"):
        feminine = adjective[:-1] + "a"
        return adjective, feminine, plural_of(adjective, 0), plural_of(feminine, 1)
    plural = adjective[:-1] + "i"
    return adjective, adjective, plural, plural


_IRREGULAR = {
    "prevedere": "previsto", "ridurre": "ridotto", "escludere": "escluso", "estendere": "esteso",
    "rivedere": "rivisto", "correggere": "corretto", "aggiungere": "aggiunto",
    "condividere": "condiviso", "promuovere": "promosso", "costruire": "costruito",
    "sospendere": "sospeso", "connettere": "connesso", "proteggere": "protetto",
    "accogliere": "accolto", "produrre": "prodotto", "trasmettere": "trasmesso",
    "trascrivere": "trascritto", "mantenere": "mantenuto",
}  # fmt: skip


def participle(verb: str) -> str:
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    return verb[:-3] + {"are": "ato", "ere": "uto", "ire": "ito"}[verb[-3:]]


def zipf(count: int, shift: float = 2.7) -> list[float]:
    """Cumulative weights of ranks 1, 2, …: the second half as often as the first, and so on."""
    return list(itertools.accumulate(1 / (rank + shift) for rank in range(count)))


class Writer:
    """Writes sentences by chance; the same chance writes the same ones."""

    def __init__(self, chance: random.Random, places: Sequence[str]) -> None:
        with VOCABULARY.open("rb") as file:
            self.words = {
                name: list(dict.fromkeys(text.split())) for name, text in tomllib.load(file).items()
            }
        self.chance = chance
        self.places = [*places, *(f"località {name}" for name in self.words["hamlets"])]
        self._verbs = [(verb, agreeing(participle(verb))) for verb in self.words["verbs"]]
        self._verb_weights = zipf(len(self._verbs))
        self._phrases = self._make_phrases()
        self._phrase_weights = zipf(PHRASES, 12)
        self._templates: dict[str, list[str]] = {}

    def _make_phrases(self) -> list[Phrase]:
        nouns = [
            (word, gender)
            for pair in itertools.zip_longest(self.words["masculine"], self.words["feminine"])
            for gender, word in enumerate(pair)
            if word
        ]
        adjectives = [agreeing(word) for word in self.words["adjectives"]]
        choose = self.chance.choices
        heads = choose(nouns, cum_weights=zipf(len(nouns), 8), k=PHRASES)
        tails = choose(nouns, cum_weights=zipf(len(nouns), 8), k=PHRASES)
        marks = choose(adjectives, cum_weights=zipf(len(adjectives), 6), k=PHRASES)
        return [
            self._phrase(*parts, self.chance.random(), self.chance.random())
            for parts in zip(heads, marks, tails, strict=True)
        ]

    def _phrase(
        self,
        head: tuple[str, int],
        mark: tuple[str, str, str, str],
        tail: tuple[str, int],
        shape: float,
        number: float,
    ) -> Phrase:
        word, gender = head
        plural = number < 0.3
        noun = _in_number(word, gender, plural)
        agreement = gender + (2 if plural else 0)
        rest = f" {mark[agreement]}" if shape > 0.3 else ""
        if shape > 0.7:
            other = _in_number(*tail, plural=number > 0.8)
            rest += " " + _with("di", other, article(other, tail[1], number > 0.8))
        before = article(noun, gender, plural)
        glue = "" if before == "l'" else " "
        forms = {"la": f"{before}{glue}{noun}{rest}"}
        forms["La"] = forms["la"][0].upper() + forms["la"][1:]
        for preposition in _PREPOSITIONS:
            forms[preposition] = _with(preposition, noun, before) + rest
        forms |= _PLURAL if plural else _SINGULAR
        return Phrase(forms, agreement)

    def sentence(self, templates: Sequence[str]) -> str:
        """One sentence in one of these forms."""
        chance = self.chance
        parts = self._parts(templates[int(chance.random() * len(templates))])
        phrases = iter(
            chance.choices(
                self._phrases, cum_weights=self._phrase_weights, k=1 + parts.count("<la>") * 2 + 4
            )
        )
        phrase = next(phrases)
        written = []
        for place, part in enumerate(parts):
            if place % 2 == 0:
                written.append(part)
            elif part in _AGREE:
                written.append(phrase.forms[part])
            elif part in _PHRASED:
                phrase = next(phrases)
                written.append(phrase.forms[part])
            else:
                written.append(self._other(part, phrase))
        return "".join(written)

    def _parts(self, template: str) -> list[str]:
        """The template's words and, at each odd place, the slots between them."""
        parts = self._templates.get(template)
        if parts is None:
            parts = self._templates[template] = re.split(r"<(\w+)>", template)
        return parts

    def _other(self, slot: str, phrase: Phrase) -> str:
        chance = self.chance
        if slot in {"v", "p"}:
            [(verb, forms)] = chance.choices(self._verbs, cum_weights=self._verb_weights)
            return verb if slot == "v" else forms[phrase.agreement]
        if slot == "avv":
            return self._one("adverbs")
        if slot == "luogo":
            return self.places[int(chance.random() ** 2 * len(self.places))]
        if slot == "catasto":
            sheet, parcel = int(chance.random() * 60) + 1, int(chance.random() * 900) + 1
            return f"foglio {sheet}, mappali {parcel} e {parcel + int(chance.random() * 9) + 1}"
        least, most = _NUMBERS[slot]
        return str(least + int(chance.random() * (most - least)))

    def _one(self, name: str) -> str:
        words = self.words[name]
        return words[int(self.chance.random() * len(words))]

    def sentences(self, count: int) -> list[str]:
        """An opening, sentences, a closing."""
        middle = [self.sentence(SENTENCES) for _turn in range(max(0, count - 2))]
        opening, closing = self.sentence(OPENINGS), self.sentence(CLOSINGS)
        return [opening, *middle, closing] if count > 1 else [opening]

    def title(self) -> str:
        return self.sentence(TITLES)[:200]

    def person(self) -> str:
        """A name and surname, invented."""
        return f"{self._one('given_names')} {self._one('surnames')}"


_SINGULAR = {"è": "è", "sia": "sia", "va": "va", "ha": "ha"}
_PLURAL = {"è": "sono", "sia": "siano", "va": "vanno", "ha": "hanno"}
_AGREE = frozenset(_SINGULAR)
_PHRASED = frozenset({"la", "La", *_PREPOSITIONS})
_NUMBERS = {"numero": (80, 9000), "anni": (3, 30), "percento": (5, 60)}


def _in_number(word: str, gender: int, plural: bool) -> str:
    singular, _slash, other = word.partition("/")
    return (other or plural_of(singular, gender)) if plural else singular


def _with(preposition: str, noun: str, before: str) -> str:
    """«della rete», «nell'ambito»: preposition and article in one."""
    start = _PREPOSITIONS[preposition]
    if before == "il":
        return f"{start}l {noun}"
    return f"{start}{_JOINED[before]}{noun}"


def paragraphs(sentences: Sequence[str]) -> str:
    """Sentences in paragraphs of four."""
    groups = [sentences[start : start + 4] for start in range(0, len(sentences), 4)]
    return "\n\n".join(" ".join(group) for group in groups)
