"""What one author sends: requests with their sections, files, the way it comes."""

import dataclasses
import io
import random
from collections.abc import Sequence

import sqlalchemy as sa

from ptm_participation.core.db import db
from ptm_participation.core.storage import Kept, files
from ptm_participation.core.uploads import PDF
from ptm_participation.observations.received import Asked, Declared, Enclosed, Quote, Received
from ptm_participation.observations.workflow import (
    Capacity,
    Channel,
    FileClass,
    PartyRole,
    RequestKind,
)
from ptm_participation.plan.kinds import DIVISIONS, SectionKind
from ptm_participation.plan.models import Edition, SectionVersion
from ptm_participation.procedure.models import IdentityLevel
from ptm_participation.stakeholders.subjects import SubjectGroup, SubjectType
from ptm_participation.synthesis.campaigns import (
    SHARE_OF_ASSOCIATIONS,
    SHARE_OF_MUNICIPALITIES,
    SHARE_OF_OTHERS,
    Campaigns,
    Copy,
)
from ptm_participation.synthesis.inflow import Moment
from ptm_participation.synthesis.people import MARK, Author
from ptm_participation.synthesis.words import PROPOSED, SAYS_SO, Writer, paragraphs, zipf

DISTINCT_FILES = 24
PROPOSING = {RequestKind.CHANGE, RequestKind.ADD, RequestKind.CORRECT}
LEVELS = {
    Channel.PEC: IdentityLevel.PEC,
    Channel.HAND: IdentityLevel.COUNTER,
    Channel.REGISTERED_MAIL: IdentityLevel.SIGNATURE_AND_DOCUMENT,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Letter:
    """What was sent, and of which campaign it is a copy, if of one."""

    received: Received
    copy: Copy | None
    author: Author
    files: tuple[Kept, ...]


def citable(chance: random.Random, edition: Edition) -> list[tuple[int, str]]:
    """The sections that are spoken of and the beginning of their words, the favourites first."""
    rows = db.session.execute(
        sa.select(SectionVersion.id, sa.func.substr(SectionVersion.text, 1, 200))
        .where(
            SectionVersion.edition_id == edition.id,
            SectionVersion.kind.not_in([*DIVISIONS, SectionKind.NOTE]),
        )
        .order_by(SectionVersion.document_id, SectionVersion.position)
    )
    sections = [(number, " ".join(text.split()[:8])) for number, text in rows]
    chance.shuffle(sections)
    return sections


class Letters:
    """Writes letters by chance."""

    def __init__(
        self, chance: random.Random, writer: Writer, sections: Sequence[tuple[int, str]]
    ) -> None:
        self.chance, self.writer, self.sections = chance, writer, sections
        self.campaigns = Campaigns(chance, writer, [number for number, _words in sections])
        self._weights = zipf(len(sections), 4)
        self._kept: dict[int, Kept] = {}

    def write(self, author: Author, moment: Moment) -> Letter:
        chance = self.chance
        copy = self.campaigns.copy() if chance.random() < _share(author) else None
        enclosed, kept, level = self._files(moment.channel)
        received = Received(
            channel=moment.channel,
            received_at=moment.at,
            sent_on=moment.sent_on,
            parties=self._parties(author, moment.channel),
            requests=self._copied(copy, moment) if copy else self._own(moment),
            identity_level=level,
            subject=copy.title if copy else self.writer.title(),
            files=enclosed,
        )
        return Letter(received, copy, author, kept)

    def _parties(self, author: Author, channel: Channel) -> tuple[Declared, ...]:
        submitter = Declared(
            PartyRole.SUBMITTER,
            author.name,
            Capacity.OWN_NAME,
            author.type,
            author.municipality_id,
        )
        if channel is not Channel.WEB or author.type.is_private_person:
            return (submitter,)
        who = f"{self.writer.person()} {MARK}"
        return (
            submitter,
            Declared(PartyRole.REPRESENTATIVE, who, Capacity.LEGAL_REPRESENTATIVE),
        )

    def _copied(self, copy: Copy, moment: Moment) -> tuple[Asked, ...]:
        campaign = copy.campaign
        return (
            Asked(
                reasons=f"{paragraphs(copy.sentences)}\n\n{SAYS_SO}",
                kind=campaign.kind if moment.channel is Channel.WEB else None,
                quotes=tuple(Quote(number) for number in campaign.sections),
                whole_plan=not campaign.sections,
                proposed=self._proposed(campaign.kind, moment),
            ),
        )

    def _own(self, moment: Moment) -> tuple[Asked, ...]:
        [count] = self.chance.choices((1, 2, 3, 4, 6), (74, 15, 6, 3, 2))
        return tuple(self._asked(moment) for _turn in range(count))

    def _asked(self, moment: Moment) -> Asked:
        chance = self.chance
        [kind] = chance.choices(list(RequestKind), (35, 5, 20, 18, 14, 8))
        [count] = chance.choices((0, 1, 2, 3), (4, 66, 22, 8))
        length = min(60, max(2, int(chance.lognormvariate(1.7, 0.55))))
        quotes = self._quotes(count)
        return Asked(
            reasons=f"{paragraphs(self.writer.sentences(length))}\n\n{SAYS_SO}",
            kind=kind if moment.channel is Channel.WEB else None,
            quotes=quotes,
            whole_plan=not quotes,
            place=chance.choice(self.writer.places) if chance.random() < 0.15 else "",
            proposed=self._proposed(kind, moment),
        )

    def _proposed(self, kind: RequestKind, moment: Moment) -> str:
        if kind not in PROPOSING or moment.channel is not Channel.WEB:
            return ""
        return f"{self.writer.sentence(PROPOSED)} {SAYS_SO}"

    def _quotes(self, count: int) -> tuple[Quote, ...]:
        if not self.sections or not count:
            return ()
        chosen = dict(self.chance.choices(self.sections, cum_weights=self._weights, k=count))
        return tuple(
            Quote(number, words if self.chance.random() < 0.3 else "")
            for number, words in chosen.items()
        )

    def _files(
        self, channel: Channel
    ) -> tuple[tuple[Enclosed, ...], tuple[Kept, ...], IdentityLevel]:
        """The files of a letter, and how its author is identified by them."""
        level = LEVELS.get(channel, IdentityLevel.NONE)
        named: list[tuple[str, FileClass]] = []
        if channel in {Channel.WEB, Channel.PEC} and self.chance.random() < 0.3:
            named.append(("allegato-sintetico.pdf", FileClass.ATTACHMENT))
        if channel is Channel.WEB and self.chance.random() < 0.6:
            level = IdentityLevel.SIGNATURE_AND_DOCUMENT
            named.append(("osservazione-firmata.pdf", FileClass.SIGNED))
            named.append(("documento.pdf", FileClass.IDENTITY))
        kept = tuple(self._pdf(self.chance.randrange(DISTINCT_FILES)) for _name in named)
        enclosed = tuple(
            Enclosed(file.sha256, name, file_class)
            for file, (name, file_class) in zip(kept, named, strict=True)
        )
        return enclosed, kept, level

    def _pdf(self, number: int) -> Kept:
        """One of few files, so that a large process does not fill the disk."""
        if number not in self._kept:
            content = one_page(f"{SAYS_SO} Allegato {number + 1}.")
            self._kept[number] = files().keep(io.BytesIO(content), PDF)
        return self._kept[number]


def _share(author: Author) -> float:
    if author.type is SubjectType.MUNICIPALITY:
        return SHARE_OF_MUNICIPALITIES
    association = author.type.group is SubjectGroup.ASSOCIATION
    return SHARE_OF_ASSOCIATIONS if association else SHARE_OF_OTHERS


def one_page(line: str) -> bytes:
    """A PDF of one line on one page."""
    words = f"BT /F1 14 Tf 72 760 Td ({line}) Tj ET".encode("latin-1")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(words), words),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + (
        b"xref\n0 6\n0000000000 65535 f \n%s" % table
        + b"trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(content)
    )
