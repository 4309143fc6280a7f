"""Reads one citation, or a list of them, from the word on that opens it."""

import dataclasses
import re
from collections.abc import Iterator

from ptm_participation.plan import citation_words as words
from ptm_participation.plan.acts import Act, read_act
from ptm_participation.plan.cited import Citation, Steps

_DIVISIONS = {
    "part": "part",
    "tito": "title",
    "tit.": "title",
    "capo": "chapter",
    "sezi": "section",
    "sez.": "section",
}


@dataclasses.dataclass(slots=True)
class _Item:
    """One thing cited, before it is known of which text it is."""

    start: int
    end: int
    steps: Steps
    to: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class _Owner:
    """The text that a place is of: another act, this text, or one that is not named."""

    act: Act | None = None
    doubtful: bool = False


_THIS = _Owner()
_UNNAMED = _Owner(doubtful=True)


class CitationReading:
    """What is read from one word on that may open a citation."""

    def __init__(self, text: str, trigger: re.Match[str], *, headings: bool) -> None:
        self.text, self.trigger, self.headings = text, trigger, headings
        self.start = trigger.start()
        self.at = trigger.end()

    def citations(self) -> Iterator[Citation]:
        name = str(self.trigger.lastgroup)
        yield from getattr(self, f"_from_{name}")()

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    # -- what a citation may begin with --------------------------------------------------

    def _from_article(self) -> Iterator[Citation]:
        plural = _is_plural(self.trigger.group())
        if self._is_heading():
            return
        items = self._articles(self.start, plural=plural)
        if not items:
            return
        owner = self._owner(items)
        yield from _of(items, owner)
        while plural and owner is not None and owner is not _THIS:
            items = self._more_articles()
            if not items:
                return
            owner = self._owner(items)
            yield from _of(items, owner)

    def _from_own(self) -> Iterator[Citation]:
        kind = "article" if "artic" in self.trigger.group().lower() else "comma"
        yield Citation(self.start, self.at, ((kind, ""),))

    def _from_comma(self) -> Iterator[Citation]:
        items: list[_Item] = []
        self.at = self.start
        self._commi(items, _Item(self.start, self.start, ()), within_articles=False)
        yield from self._of_containers([item for item in items if item.steps])

    def _from_letter(self) -> Iterator[Citation]:
        items: list[_Item] = []
        self.at = self.start
        self._letters(items, _Item(self.start, self.start, ()), alone=True)
        yield from self._of_containers([item for item in items if item.steps])

    def _from_map(self) -> Iterator[Citation]:
        items: list[_Item] = []
        start = self.start
        while (number := self._take(words.MAP_NUMBER)) is not None:
            steps: Steps = (("map", number["number"].lower()),)
            sheet = self._take(words.SHEET)
            if sheet is not None:
                steps += (("sheet", sheet["number"].lower()),)
            items.append(_Item(start, self.at, steps))
            before = self.at
            following = self._take(words.SEPARATOR)
            start = self.at
            if following is None or words.MAP_NUMBER.match(self.text, self.at) is None:
                self.at = before
                break
        yield from _of(items, self._owner(items)) if items else ()

    def _from_heading(self) -> Iterator[Citation]:
        yield from self._numbered("heading")

    def _from_strategy(self) -> Iterator[Citation]:
        yield from self._numbered("strategy")

    def _numbered(self, kind: str) -> Iterator[Citation]:
        number = self.trigger.group("heading_number" if kind == "heading" else "strategy_number")
        items = [_Item(self.start, self.at, ((kind, number),))]
        yield from _of(items, self._owner(items))

    def _from_division(self) -> Iterator[Citation]:
        number = self._take(words.DIVISION)
        if number is None or (self.headings and self._opens_line()):
            return
        kind = _DIVISIONS[self.trigger.group()[:4].lower()]
        items = [_Item(self.start, self.at, ((kind, number["number"]),))]
        yield from _of(items, self._owner(items))

    def _from_act(self) -> Iterator[Citation]:
        found = read_act(self.text, self.start)
        if found is None:
            return
        act, self.at = found
        if self.headings and self._is_title():
            return
        following = words.ARTICLE_BEFORE.match(self.text, self.at)
        if following is not None:
            named, self.at = self.at, following.end()
            items = self._articles(self.start, plural=_is_plural(following["word"]))
            owner = self._owner(items) if items else None
            if items and owner is None:
                yield from _of(items, _Owner(act))
                return
            self.at = named
        yield Citation(self.start, self.at, act=act)

    # -- what stands in it ---------------------------------------------------------------

    def _is_heading(self) -> bool:
        """Whether it is the heading of one of the text's own articles."""
        return (
            self.headings
            and self._opens_line()
            and self.trigger.group()[0] == "A"
            and words.HEADING_AFTER.match(self.text, self.at) is not None
        )

    def _is_title(self) -> bool:
        """Whether a code's name is a line of its own: the text's title."""
        named = self.text[self.start : self.at]
        alone = words.ALONE.match(self.text, self.at) is not None
        return self.start > 0 and alone and self._opens_line() and not re.search(r"\d", named)

    def _opens_line(self) -> bool:
        # An indent, or the mark of an amendment, may come before a heading.
        before = self.text[max(0, self.start - 5) : self.start]
        return not before.rpartition("\n")[2].strip(" (") and (len(before) < 5 or "\n" in before)

    def _articles(self, start: int, *, plural: bool) -> list[_Item]:
        """«5, comma 1», «5, 7 e 9», «41-43», «da 41 a 43»."""
        items: list[_Item] = []
        while True:
            since = self._take(words.FROM) is not None
            number = self._take(words.NUMBER)
            if number is None:
                break
            self._article(items, start, number, since=since)
            before = self.at
            joint = self._take(words.SEPARATOR if plural else words.AND_ANOTHER)
            start = self.at
            if joint is None or not self._goes_on(joint.group()):
                self.at = before
                break
        return items

    def _goes_on(self, joint: str) -> bool:
        """Whether the number after «,» or «e» is one more of the articles."""
        number = words.NUMBER.match(self.text, self.at)
        if number is None:
            return False
        return (
            "e" in joint
            or "o" in joint
            or words.MORE_ARTICLES.match(self.text, number.end()) is not None
        )

    def _article(
        self, items: list[_Item], start: int, number: re.Match[str], *, since: bool
    ) -> None:
        own: Steps = (("article", _number(number)),)
        if number["sub"]:
            own += (("comma", number["sub"]),)
        item = _Item(start, self.at, own)
        if self._until(item, since=since):
            items.append(item)
            return
        if self._take(words.FOLLOWING) is not None:
            item.end = self.at
        count = len(items)
        self._commi(items, item, within_articles=True)
        if len(items) == count:
            self._letters(items, item, alone=False)
        if len(items) == count:
            self._item(item)
            self._period(item)
            items.append(item)

    def _until(self, item: _Item, *, since: bool) -> bool:
        """Whether a range ends here, which began with the item."""
        until = self._take(words.RANGE) or (self._take(words.FROM_TO) if since else None)
        if until is not None:
            item.to, item.end = _number(until), self.at
        return until is not None

    def _commi(self, items: list[_Item], holder: _Item, *, within_articles: bool) -> None:
        """«comma 3», «commi 1, 2 e 3-bis», «quinto comma», each with its letters."""
        ordinal = self._take(words.ORDINAL_COMMA)
        if ordinal is not None:
            if ordinal["before"]:
                first = ("comma", words.ORDINALS[ordinal["before"].lower()])
                end = ordinal.end("before")
                items.append(_Item(holder.start, end, (*holder.steps, first)))
                holder = _Item(ordinal.start("ordinal"), end, holder.steps)
            steps = (*holder.steps, ("comma", words.ORDINALS[ordinal["ordinal"].lower()]))
            self._inner(items, _Item(holder.start, self.at, steps))
            return
        word = self._take(words.COMMA_WORD)
        if word is None:
            return
        start, many = holder.start, word["word"].lower() in ("commi", "cc.")
        while True:
            since = self._take(words.FROM) is not None
            number = self._take(words.NUMBER)
            if number is None:
                return
            item = _Item(start, self.at, (*holder.steps, ("comma", _number(number))))
            if self._until(item, since=since):
                items.append(item)
            else:
                self._inner(items, item)
            before = self.at
            joint = self._take(words.SEPARATOR) if many else None
            start = self.at
            if joint is None or not self._is_comma(joint.group(), within_articles=within_articles):
                self.at = before
                return

    def _is_comma(self, joint: str, *, within_articles: bool) -> bool:
        """Whether the number after «,» or «e» is one more of the commi, and no article."""
        number = words.NUMBER.match(self.text, self.at)
        if number is None or (";" in joint and within_articles):
            return False
        if words.COMMA_WORD.match(self.text, number.end()) is not None:
            return False
        if words.ORDINAL_COMMA.match(self.text, number.end()) is not None:
            return False
        return "e" in joint or words.MORE_ARTICLES.match(self.text, number.end()) is not None

    def _inner(self, items: list[_Item], item: _Item) -> None:
        count = len(items)
        self._letters(items, item, alone=False)
        if len(items) == count:
            self._item(item)
            self._period(item)
            items.append(item)

    def _letters(self, items: list[_Item], holder: _Item, *, alone: bool) -> None:
        """«lett. b)», «lettere a), e) ed h)», «lettere da a) a c)»."""
        word = self._take(words.LETTER_WORD)
        if word is None:
            return
        begun, start, first = word.start(), holder.start, True
        while True:
            since = self._take(words.FROM) is not None
            letter = self._take(words.LETTER)
            if letter is None and first and not (alone and word["word"][-1] != "."):
                letter = self._take(words.BARE_LETTER)
            if letter is None:
                self.at = self.at if not first else begun
                return
            item = _Item(start, self.at, (*holder.steps, ("letter", _letter(letter))))
            if since:
                self._letter_range(item)
            self._item(item)
            self._period(item)
            items.append(item)
            first, before = False, self.at
            self._take(words.SEPARATOR)
            start = self.at
            if words.LETTER.match(self.text, self.at) is None:
                self.at = before
                return

    def _letter_range(self, item: _Item) -> None:
        before = self.at
        last = self._take(words.LETTER) if self._take(words.TO) is not None else None
        if last is not None:
            item.to, item.end = _letter(last), self.at
        else:
            self.at = before

    def _item(self, item: _Item) -> None:
        found = self._take(words.ITEM)
        if found is not None:
            item.steps, item.end = (*item.steps, ("item", _number(found))), self.at
            item.to = found["last"] or ""

    def _period(self, item: _Item) -> None:
        if self._take(words.PERIOD) is not None:
            item.end = self.at

    # -- of which text it is -------------------------------------------------------------

    def _owner(self, items: list[_Item]) -> _Owner | None:
        """The text that comes after a citation («della legge …»), if it says one."""
        before = self.at
        of = self._take(words.OF)
        again = self._take(words.AGAIN) if of is not None else None
        if of is None and self._take(words.BESIDE) is None:
            return None
        found = read_act(self.text, self.at)
        if found is not None:
            act, self.at = found
            items[-1].end = self.at
            return _Owner(act)
        present = again is not None and again.group().lower().startswith("present")
        this = self._take(words.THIS_TEXT)
        if this is not None or (present and self._take(words.OTHER_TEXT) is not None):
            items[-1].end = self.at
            return _THIS
        if of is not None and self._take(words.OTHER_TEXT) is not None:
            items[-1].end = self.at
            return _UNNAMED
        self.at = before
        return None

    def _of_containers(self, items: list[_Item]) -> Iterator[Citation]:
        """Commi and letters, and the comma and the article that come after them."""
        if not items:
            return
        within: Steps = ()
        if items[0].steps[0][0] == "letter" and (comma := self._take(words.OF_COMMA)) is not None:
            within = (("comma", _comma(comma)),)
            items[-1].end = self.at
        owner: _Owner | None = None
        if (same := self._take(words.OF_SAME_ARTICLE)) is not None:
            items[-1].end = self.at
            owner = _THIS if same["which"].lower() == "presente" else _UNNAMED
        elif (article := self._take(words.OF_ARTICLE)) is not None:
            within = (("article", _number(article)), *within)
            items[-1].end = self.at
        if owner is None or owner is _UNNAMED:
            owner = self._owner(items) or owner
        for item in items:
            item.steps = (*within, *item.steps)
        yield from _of(items, owner)

    def _more_articles(self) -> list[_Item]:
        """«… della legge … (Norme …) e 2, comma 6, del decreto …»: the list goes on."""
        before = self.at
        joint = self._take(words.ALREADY_SAID)
        if joint is None:
            return []
        items = self._articles(self.at, plural=True)
        after = self.at
        if items and self._owner(items) is not None:
            self.at = after
            return items
        self.at = before
        return []


def _of(items: list[_Item], owner: _Owner | None) -> Iterator[Citation]:
    owner = owner or _THIS
    for item in items:
        yield Citation(item.start, item.end, item.steps, item.to, owner.act, owner.doubtful)


def _is_plural(word: str) -> bool:
    return word.lower().startswith(("artt", "articoli"))


def _number(found: re.Match[str]) -> str:
    """A number as it is stored: «12 bis» is «12-bis»."""
    suffixes = re.findall(r"[a-z]+", (found["suffix"] or "").lower())
    return "-".join([found["number"], *suffixes])


def _letter(found: re.Match[str]) -> str:
    suffix = re.findall(r"[a-z]+", (found["suffix"] or "").lower())
    return "-".join([found["letter"].lower(), *suffix])


def _comma(found: re.Match[str]) -> str:
    return words.ORDINALS[found["ordinal"].lower()] if found["ordinal"] else _number(found)
