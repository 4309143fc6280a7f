"""A process to look at: the PTM's real totals, with invented texts that say so.

The totals are those of the register of the PTM (annex 1 to the resolution of approval): 79
observations, 56 in time and 23 late; 36 from 30 Comuni, 11 from associations, 32 from others.
Everything is made by the use cases behind the forms, at the instants in which it would have
happened.
"""

import dataclasses
import datetime as dt
import hashlib
import hmac
import io
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l

from ptm_participation import demonstration_maps
from ptm_participation.accounts import service as accounts
from ptm_participation.accounts.access import Role
from ptm_participation.accounts.models import User
from ptm_participation.communications import service as communications
from ptm_participation.communications.models import ContentKind
from ptm_participation.communications.service import Words
from ptm_participation.consultations import service as consultations
from ptm_participation.consultations.models import AttendanceRole, ConsultationKind
from ptm_participation.consultations.service import Account, Attended
from ptm_participation.core import clock, form_tokens
from ptm_participation.core.audit import SYSTEM, VISITOR
from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError
from ptm_participation.core.storage import Kept, files
from ptm_participation.core.uploads import PDF
from ptm_participation.demonstration_text import give_words, publish
from ptm_participation.observations import (
    assignments,
    documents,
    drafting,
    saved_filters,
    service,
)
from ptm_participation.observations.models import Observation, Protocol
from ptm_participation.observations.received import Asked, Declared, Quote, Received
from ptm_participation.observations.steps import assemble
from ptm_participation.observations.workflow import (
    Capacity,
    Channel,
    FileClass,
    PartyRole,
    RequestKind,
)
from ptm_participation.plan import queries as plan
from ptm_participation.plan.references import resolve_references
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.models import IdentityLevel, Procedure, StepKind, Window
from ptm_participation.procedure.patterns import get_pattern
from ptm_participation.procedure.service import Opening, open_procedure
from ptm_participation.reference import service as reference
from ptm_participation.stakeholders import service as stakeholders
from ptm_participation.stakeholders.models import Stakeholder
from ptm_participation.stakeholders.subjects import SubjectGroup, SubjectType
from ptm_participation.territory.models import Municipality, Zone

SEED = 2020
SAYS_SO = "Testo dimostrativo, inventato."

ACCOUNTS = (
    (Role.STAKEHOLDER, "associazione@demo.example", "Associazione Suolo e Acque (dimostrativa)"),
    (Role.CONTRIBUTOR, "redazione@demo.example", "Redazione (dimostrativa)"),
    (Role.STAFF, "istruttrice@demo.example", "Istruttrice 2 (dimostrativa)"),
    (Role.MANAGER, "dirigente@demo.example", "Dirigente (dimostrativa)"),
    (Role.ADMINISTRATOR, "amministratore@demo.example", "Amministratore (dimostrativo)"),
)

# How many arrived in each week from Wednesday 2 September 2020: invented, but for their sums.
IN_TIME_BY_WEEK = (1, 0, 2, 1, 3, 4, 5, 9, 31)
LATE_BY_WEEK = (9, 5, 4, 3, 2)

ASSOCIATIONS = (
    (SubjectType.ENVIRONMENTAL_ASSOCIATION, "Associazione Suolo e Acque"),
    (SubjectType.ENVIRONMENTAL_ASSOCIATION, "Amici dei Navigli e dei fontanili"),
    (SubjectType.ENVIRONMENTAL_ASSOCIATION, "Circolo ambiente Adda"),
    (SubjectType.ENVIRONMENTAL_ASSOCIATION, "Rete degli alberi"),
    (SubjectType.ASSOCIATION, "Associazione Pedali e stazioni"),
    (SubjectType.ASSOCIATION, "Associazione Abitare il sud"),
    (SubjectType.ASSOCIATION, "Associazione Paesaggi agrari"),
    (SubjectType.COMMITTEE, "Comitato per il bosco di pianura"),
    (SubjectType.COMMITTEE, "Comitato Vivere la Martesana"),
    (SubjectType.COMMITTEE, "Comitato contro la nuova logistica"),
    (SubjectType.ASSOCIATION, "Associazione Acqua bene comune"),
)
OTHERS = (
    (SubjectType.TRADE_ASSOCIATION, "Associazione di categoria delle costruzioni", 3),
    (SubjectType.TRADE_ASSOCIATION, "Associazione di categoria agricola", 2),
    (SubjectType.PROFESSIONAL_ORDER, "Ordine professionale", 2),
    (SubjectType.PARK_AUTHORITY, "Ente gestore di parco", 2),
    (SubjectType.OPERATOR, "Gestore di rete", 2),
    (SubjectType.POLITICAL_GROUP, "Gruppo consiliare", 1),
    (SubjectType.COMPANY, "Società immobiliare", 6),
    (SubjectType.COMPANY, "Impresa agricola", 3),
    (SubjectType.CITIZENS, "Gruppo di cittadini", 2),
    (SubjectType.CITIZEN, "Cittadino", 7),
    (SubjectType.PROFESSIONAL, "Professionista", 2),
)

# The kinds of request that bring words of their own here.
PROPOSING = {RequestKind.CHANGE, RequestKind.ADD, RequestKind.CORRECT}

# Subjects to write about: title, sections, what is asked, what for.
SUBJECTS = (
    (
        "Soglie di consumo di suolo nei Comuni già densi",
        "18",
        RequestKind.CHANGE,
        "Nei Comuni più costruiti la stessa riduzione lascia consumare gli ultimi suoli liberi.",
    ),
    (
        "Definizione di suolo libero",
        "18",
        RequestKind.CLARIFY,
        "La locuzione non è definita: si chiede un rinvio alla norma regionale.",
    ),
    (
        "Varchi della rete ecologica lungo la ferrovia",
        "61; 64; Tav. 4",
        RequestKind.CHANGE,
        "Il varco indicato non tiene conto delle recinzioni esistenti lungo la linea.",
    ),
    (
        "Riperimetrazione di un ambito agricolo",
        "41; Tav. 6",
        RequestKind.REDRAW,
        "L'area è coltivata e risulta urbanizzata nella tavola.",
    ),
    (
        "Invarianza idraulica nei piccoli interventi",
        "79",
        RequestKind.ADD,
        "Per gli interventi minori serve una misura proporzionata.",
    ),
    (
        "Isole di calore e piazze alberate",
        "23; Tav. 8",
        RequestKind.ADD,
        "Si propone un indirizzo per le piazze e i parcheggi pubblici.",
    ),
    (
        "Rete ciclabile: collegamenti con le stazioni",
        "36; Tav. 9",
        RequestKind.ADD,
        "Mancano due collegamenti con le fermate della linea suburbana.",
    ),
    (
        "Luoghi urbani per la mobilità: criteri",
        "35; Tav. 2",
        RequestKind.CHANGE,
        "I criteri vanno graduati secondo la frequenza del servizio.",
    ),
    (
        "Logistica e traffico pesante sulla provinciale",
        "31",
        RequestKind.CHANGE,
        "Si chiede di legare i nuovi insediamenti alla capacità della rete.",
    ),
    (
        "Grandi strutture di vendita",
        "29",
        RequestKind.CLARIFY,
        "Il rapporto con la programmazione regionale non è chiaro.",
    ),
    (
        "Perequazione territoriale: fondo e aliquote",
        "11",
        RequestKind.CHANGE,
        "Le aliquote vanno rese note prima dell'adeguamento dei piani comunali.",
    ),
    (
        "Coordinamento tra STTM e piani comunali",
        "9; STTM 1",
        RequestKind.CLARIFY,
        "I tempi dell'adeguamento non coincidono.",
    ),
    (
        "Dorsale verde e confini del parco",
        "66; Tav. 5.2",
        RequestKind.REDRAW,
        "Il tracciato attraversa un'area già compromessa.",
    ),
    (
        "Alberi monumentali: elenco da aggiornare",
        "52; Tav. 3",
        RequestKind.CORRECT,
        "Un esemplare censito manca dalla tavola.",
    ),
    (
        "Reticolo idrico minore",
        "72; Tav. 7",
        RequestKind.CORRECT,
        "Un tratto tombinato è indicato come a cielo aperto.",
    ),
    (
        "Rete verde: unità paesistico-ambientali",
        "69; Tav. 5.1",
        RequestKind.CLARIFY,
        "Si chiede come si applichi agli ambiti già pianificati.",
    ),
    (
        "Servizi sovracomunali nei Comuni piccoli",
        "26; STTM 2",
        RequestKind.ADD,
        "Si propone una premialità per la gestione associata.",
    ),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Author:
    """Somebody who writes in the demonstration."""

    type: SubjectType
    name: str
    municipality_id: int | None

    @property
    def private(self) -> bool:
        return self.type.is_private_person


class HalfMade(DomainError):
    message = _l("The demonstration was interrupted: delete its folder and make it again.")


def fill(echo: Callable[[str], None]) -> None:
    """Fill the database once, and print the accounts every time."""
    made = db.session.scalar(sa.select(sa.func.count(Observation.id))) or 0
    if 0 < made < sum(IN_TIME_BY_WEEK + LATE_BY_WEEK):
        raise HalfMade()
    if not made:
        _Demonstration(random.Random(SEED)).make()
        echo("The demonstration is ready: 79 observations, 56 in time and 23 late.")
    print_accounts(echo)


def print_accounts(echo: Callable[[str], None]) -> None:
    """Say with which addresses and passwords one enters here."""
    echo("Accounts of the demonstration:")
    for role, email, _name in ACCOUNTS:
        echo(f"  {role.value:<14} {email:<30} {password_of(email)}")


def password_of(email: str) -> str:
    """The password of an account of the demonstration: of this installation, and repeatable."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, email.encode(), hashlib.sha256).hexdigest()[:16]


class _Demonstration:
    """Makes the process in the order of its days."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.procedure: Procedure = procedures.get_procedure()
        window = procedures.public_window(self.procedure)
        assert window is not None
        self.window: Window = window
        self.users: dict[Role, User] = {}
        self.protocol = 187_600
        self.turn = 0  # of those who name a place

    def make(self) -> None:
        with clock.at("2019-09-02T09:00"):
            self._accounts()
            give_words(SYSTEM, self.procedure.plan)
        with clock.at("2020-08-20T09:00"):
            (number,) = self._sections("Tav. 6")
            demonstration_maps.add_sheets(self.staff, plan.get_version(number))
            publish(self.staff, self.procedure.plan, "adottata")
        self._consultations()
        self._observations()
        self._office_work()
        self._contents()
        with clock.at("2020-02-28T10:00"):
            self._assessment()
        with clock.at("2021-06-16T10:00"):
            publish(self.staff, self.procedure.plan, "approvata")

    # -- people --------------------------------------------------------------------------

    def _accounts(self) -> None:
        for role, email, name in ACCOUNTS:
            user = accounts.add_user(SYSTEM, email=email, name=name, role=role)
            accounts.give_password(SYSTEM, user, password_of(email))
            self.users[role] = user

    @property
    def staff(self) -> User:
        return self.users[Role.STAFF]

    def _token(self) -> str:
        return f"{self.chance.getrandbits(128):032x}"

    # -- meetings ------------------------------------------------------------------------

    def _consultations(self) -> None:
        for zone, title, day, hour, place, sections in _MEETINGS:
            with clock.at(f"{day}T19:00"):
                self._meeting(zone, title, day, hour, place, sections)
        with clock.at("2020-02-20T18:00"):
            self._table()

    def _meeting(
        self, zone_name: str, title: str, day: str, hour: str, place: str, sections: str
    ) -> None:
        zone = db.session.scalars(sa.select(Zone).filter_by(name=zone_name)).one()
        host = db.session.scalars(sa.select(Municipality).filter_by(name=place)).one()
        bodies = db.session.scalars(
            sa.select(Stakeholder.id)
            .join(Municipality, Municipality.id == Stakeholder.municipality_id)
            .where(Municipality.zone_id == zone.id, Stakeholder.type == SubjectType.MUNICIPALITY)
            .order_by(Stakeholder.sort_key)
        ).all()
        attended = tuple(
            Attended(
                body,
                self.chance.choices(list(AttendanceRole), weights=(8, 1, 1))[0],
                "Sindaco o delegato (dimostrativo)",
            )
            for body in bodies
        )
        consultations.log_consultation(
            self.staff,
            self.procedure,
            Account(
                kind=ConsultationKind.MEETING,
                phase=StepKind.LISTENING,
                title=title,
                starts_at=clock.parse_instant(f"{day}T{hour or '00:00'}"),
                hour_known=bool(hour),
                place=place,
                municipality_id=host.id,
                zone_id=zone.id,
                agenda="Presentazione della proposta di PTM\nInterventi dei Comuni",
                minutes=(
                    f"{SAYS_SO} Presenze, giorno dove non è noto e interventi sono inventati.\n\n"
                    "I Comuni chiedono tempi certi per l'adeguamento dei piani e criteri "
                    "leggibili sulle soglie di consumo di suolo."
                ),
                attended=attended,
                section_ids=tuple(self._sections(sections)),
            ),
            token=self._token(),
        )

    def _table(self) -> None:
        types = [t for t in SubjectType if t.group is SubjectGroup.SOCIAL]
        bodies = db.session.scalars(
            sa.select(Stakeholder.id)
            .where(Stakeholder.type.in_(types))
            .order_by(Stakeholder.sort_key)
            .limit(8)
        ).all()
        consultations.log_consultation(
            self.staff,
            self.procedure,
            Account(
                kind=ConsultationKind.TABLE,
                phase=StepKind.LISTENING,
                title="Tavolo con le parti economiche e sociali (dimostrativo)",
                starts_at=clock.parse_instant("2020-02-20T15:00"),
                place="Milano",
                agenda="Invarianza idraulica\nLogistica e grandi strutture",
                minutes=f"{SAYS_SO} Si chiede gradualità nell'applicazione.",
                attended=tuple(Attended(body) for body in bodies),
                section_ids=tuple(self._sections("79; 31; 29")),
            ),
            token=self._token(),
        )

    def _sections(self, text: str) -> list[int]:
        return resolve_references(self.procedure.edition, text)[0]

    # -- observations --------------------------------------------------------------------

    def _observations(self) -> None:
        authors = list(self._authors())
        self.chance.shuffle(authors)
        moments = sorted(self._moments())
        channels = (
            [Channel.PEC] * 47
            + [Channel.WEB] * 22
            + [Channel.REGISTERED_MAIL] * 7
            + [Channel.HAND] * 3
        )
        self.chance.shuffle(channels)
        for moment, author, channel in zip(moments, authors, channels, strict=True):
            subject = self.chance.choice(SUBJECTS)
            with clock.at(moment):
                if channel is Channel.WEB:
                    self._from_the_site(author, subject, moment)
                else:
                    self._from_paper(author, subject, channel, moment)

    def _authors(self) -> Iterator[Author]:
        """79 of them: 36 Comuni of which six twice, 11 associations, 32 others."""
        municipalities = list(
            db.session.execute(
                sa.select(Municipality.id, Municipality.name).order_by(Municipality.sort_key)
            )
        )
        chosen = self.chance.sample(municipalities, 30)
        for number, name in chosen + chosen[:6]:
            yield Author(SubjectType.MUNICIPALITY, f"Comune di {name}", number)
        places = [number for number, _name in municipalities]
        for type_, name in ASSOCIATIONS:
            yield Author(type_, f"{name} (dimostrativa)", self.chance.choice(places))
        for type_, name, count in OTHERS:
            for turn in range(1, count + 1):
                place = self.chance.choice([*places, None])
                yield Author(type_, f"{name} {turn} (dimostrativo)", place)

    def _moments(self) -> Iterator[dt.datetime]:
        """When each arrived: office hours mostly; many on the last day, into its evening."""
        start = dt.datetime(2020, 9, 2, tzinfo=clock.ROME)
        last_day = dt.datetime(2020, 11, 2, tzinfo=clock.ROME)
        for week, count in enumerate(IN_TIME_BY_WEEK):
            for turn in range(count):
                day, hour = self.chance.randrange(5), self.chance.uniform(9, 18)
                if week == len(IN_TIME_BY_WEEK) - 1 and turn % 2:
                    yield last_day + dt.timedelta(hours=9 + (hour - 9) * 1.6)
                else:
                    yield start + dt.timedelta(weeks=week, days=day, hours=hour)
        late = dt.datetime(2020, 11, 4, tzinfo=clock.ROME)
        for week, count in enumerate(LATE_BY_WEEK):
            for _turn in range(count):
                yield late + dt.timedelta(
                    weeks=week, days=self.chance.randrange(5), hours=self.chance.uniform(9, 18)
                )

    def _from_the_site(
        self, author: Author, subject: tuple[str, str, RequestKind, str], moment: dt.datetime
    ) -> None:
        """The steps of the public form, as they save and send."""
        title, sections, kind, reasons = subject
        signed_in = self.users[Role.STAKEHOLDER] if author.name in ACCOUNTS[0][2] else None
        key = drafting.begin_draft(
            self.window,
            author=signed_in,
            sections=[{"version": number} for number in self._sections(sections)],
        )
        draft = drafting.find_draft(key)
        content = {**draft.content, "subject": title, "party": self._party(author)}
        content["requests"] = [
            {
                **content["requests"][0],
                "kind": kind.value,
                "reasons": f"{reasons}\n\n{SAYS_SO}",
                "proposed": f"{SAYS_SO} Si propongono parole nuove." if kind in PROPOSING else "",
                "places": self._places(author),
            }
        ]
        drafting.change_draft(key, lambda _empty: content)
        if self.chance.random() < 0.4:
            drafting.put_file(key, "estratto-dimostrativo.pdf", self._pdf(), FileClass.ATTACHMENT)
        level = IdentityLevel.ACCOUNT if signed_in else IdentityLevel.NONE
        if self.chance.random() < 0.6:
            level = IdentityLevel.SIGNATURE_AND_DOCUMENT
            drafting.put_file(key, "osservazione-firmata.pdf", self._pdf(), FileClass.SIGNED)
            drafting.put_file(key, "documento.pdf", self._pdf(), FileClass.IDENTITY)
        draft = drafting.find_draft(key)
        drafting.send_draft(
            signed_in or VISITOR,
            self.window,
            key,
            assemble(draft, level=level, received_at=moment, language="it"),
            revision=draft.revision,
            notice=procedures.notice_in_force(self.procedure),
        )

    def _places(self, author: Author) -> list[dict[str, Any]]:
        """What every other one from the territory marks."""
        self.turn += 1
        if author.municipality_id is None or self.turn % 2:
            return []
        comune = db.session.get_one(Municipality, author.municipality_id)
        return demonstration_maps.named_places(comune.istat, self.turn // 2, private=author.private)

    def _party(self, author: Author) -> dict[str, str]:
        fields = {
            "type": author.type.value,
            "name": author.name,
            "municipality": str(author.municipality_id or "outside"),
            "email": "",
            "phone": "",
        }
        if author.private:
            return {**fields, "capacity": Capacity.OWN_NAME.value}
        return {
            **fields,
            "representative": "Nome Cognome (dimostrativo)",
            "representative_capacity": Capacity.LEGAL_REPRESENTATIVE.value,
        }

    def _pdf(self) -> Kept:
        content = documents.blank_form(self.procedure, self.window)
        return files().keep(io.BytesIO(content), PDF)

    def _from_paper(
        self,
        author: Author,
        subject: tuple[str, str, RequestKind, str],
        channel: Channel,
        moment: dt.datetime,
    ) -> None:
        """What an officer enters on the day of arrival."""
        title, sections, _kind, reasons = subject
        levels = {
            Channel.PEC: IdentityLevel.PEC,
            Channel.HAND: IdentityLevel.COUNTER,
            Channel.REGISTERED_MAIL: IdentityLevel.SIGNATURE_AND_DOCUMENT,
        }
        sent = clock.rome(moment).date() if channel is Channel.REGISTERED_MAIL else None
        self.protocol += self.chance.randint(1, 90)
        service.enter_observation(
            self.staff,
            self.window,
            Received(
                channel=channel,
                received_at=moment.astimezone(dt.UTC),
                sent_on=sent,
                parties=(
                    Declared(
                        PartyRole.SUBMITTER,
                        author.name,
                        Capacity.OWN_NAME,
                        author.type,
                        author.municipality_id,
                    ),
                ),
                requests=(
                    Asked(
                        reasons=f"{reasons}\n\n{SAYS_SO}",
                        quotes=tuple(Quote(number) for number in self._sections(sections)),
                    ),
                ),
                identity_level=levels[channel],
                subject=title,
            ),
            token=self._token(),
            protocol=Protocol(f"{self.protocol:07d}", clock.rome(moment).date()),
        )

    # -- the office ----------------------------------------------------------------------

    def _office_work(self) -> None:
        """Protocols, ties to stakeholders, checks; what is ready is published, and decided on."""
        rows = db.session.scalars(sa.select(Observation).order_by(Observation.number)).all()
        with clock.at("2020-12-10T10:00"):
            for row in rows[:-3]:
                self._look_at(row)
        with clock.at("2021-02-10T11:00"):
            ready = [row for row in rows[:-3] if row.number % 8]
            service.publish(self.users[Role.MANAGER], ready)
            self._share_out(rows)
        # What an account sent is left under review, so that it can be completed or withdrawn.
        decided = [row for row in ready if row.submission.user_id is None]
        with clock.at("2021-05-12T09:00"):
            service.record_decision(
                self.users[Role.MANAGER], decided, act="DCM 16/2021", on=dt.date(2021, 5, 11)
            )

    def _share_out(self, rows: Sequence[Observation]) -> None:
        """Who works on what is not published yet, but for the last; one that is hard to read."""
        left = [row for row in rows if row.published_at is None]
        manager = self.users[Role.MANAGER]
        assignments.assign(manager, left[:5], self.staff)
        assignments.assign(manager, left[5:8], manager)
        service.note_unreadable(
            self.staff, left[0], what="Pagina 2 della scansione (dimostrativo)."
        )
        saved_filters.save_filter(
            manager,
            self.procedure,
            name="Art. 18, tardive",
            arguments={
                "articolo": str(self._provision("18")),
                "nei-termini": "no",
            },
            shared=True,
        )

    def _provision(self, reference: str) -> int:
        (version,) = self._sections(reference)
        return plan.get_version(version).provision_id

    def _look_at(self, row: Observation) -> None:
        if not row.protocol_number:
            self.protocol += self.chance.randint(1, 90)
            service.record_protocol(
                self.staff, row, Protocol(f"{self.protocol:07d}", dt.date(2020, 12, 10))
            )
        service.check_observation(self.staff, row)
        party = row.submitter
        known = db.session.scalar(sa.select(Stakeholder).filter_by(name=party.name))
        if known is None and not row.subject_type.is_private_person:
            known = stakeholders.add_stakeholder(
                self.staff,
                token=form_tokens.new_token(),
                name=party.name,
                type=row.subject_type,
                municipality_id=row.municipality_id,
            )
        if known is not None:
            service.tie_party(self.staff, party, known)

    def _assessment(self) -> None:
        """A second procedure beside the first: the PTM's VAS, with the terms of then."""
        lead = self.procedure
        made = open_procedure(
            self.users[Role.MANAGER],
            get_pattern("vas-2006"),
            Opening(
                title="Valutazione ambientale strategica del PTM",
                code="vas",
                edition=lead.edition,
                body=lead.body,
                office=lead.office,
                office_address=lead.office_address,
                office_pec=lead.office_pec,
                case_file=lead.case_file,
            ),
            token=self._token(),
        )
        for step in made.steps:
            if step.code in _ASSESSMENT:
                reference.correct(self.staff, step, _ASSESSMENT[step.code])

    def _contents(self) -> None:
        for moment, kind, title, body in _CONTENTS:
            with clock.at(moment):
                self._content(kind, Words(title, f"{body}\n\nContenuto dimostrativo."))
        with clock.at("2019-11-20T10:00"):
            self._content(
                ContentKind.EVENT,
                Words(
                    "Incontro della zona Sud Est",
                    "I 15 Comuni della zona incontrano l'ufficio del piano.\n\n"
                    "Contenuto dimostrativo: giorno, ora e luogo sono quelli veri.",
                    clock.parse_instant("2019-11-28T16:45"),
                    "San Donato Milanese",
                ),
            )
        with clock.at("2020-09-02T08:30"):
            form = documents.blank_form(self.procedure, self.window)
            self._content(
                ContentKind.MATERIAL,
                Words(
                    "Modulo per scrivere un'osservazione su carta",
                    "Da stampare, compilare e firmare.",
                    file_name="modulo-osservazione.pdf",
                    file=files().keep(io.BytesIO(form), PDF),
                ),
            )

    def _content(self, kind: ContentKind, words: Words) -> None:
        drafted = communications.draft_content(
            self.users[Role.CONTRIBUTOR], self.procedure, kind, words, token=self._token()
        )
        communications.publish_content(self.staff, drafted)


# What is known of the days of the PTM's environmental assessment: nothing is invented here.
_ASSESSMENT: dict[str, dict[str, Any]] = {
    "avvio": {
        "starts_on": dt.date(2017, 7, 5),
        "act": "Decreto del Sindaco metropolitano R.G. 191/2017",
    },
    "deposito": {
        "starts_on": dt.date(2020, 2, 1),
        "ends_on": dt.date(2020, 2, 29),
    },
}

# Zone, place and what is known of the day are the PTM's (news of November 2019); where only
# the month is known, the day is invented.
_MEETINGS = (
    ("Sud Est", "Incontro della zona Sud Est", "2019-11-28", "16:45", "San Donato Milanese", "18"),
    (
        "Magentino e Abbiatense",
        "Incontro della zona Magentino e Abbiatense",
        "2019-12-05",
        "",
        "Magenta",
        "41; Tav. 6",
    ),
    (
        "Sud Ovest",
        "Incontro della zona Sud Ovest (giorno dimostrativo)",
        "2020-01-14",
        "",
        "Rozzano",
        "41; 18",
    ),
    (
        "Alto Milanese",
        "Incontro della zona Alto Milanese (giorno dimostrativo)",
        "2020-01-21",
        "",
        "Legnano",
        "31; 35",
    ),
    (
        "Nord Milano",
        "Incontro della zona Nord Milano (giorno dimostrativo)",
        "2020-01-28",
        "",
        "Cinisello Balsamo",
        "23; Tav. 8",
    ),
)
_CONTENTS = (
    (
        "2020-07-30T09:00",
        ContentKind.NEWS,
        "Il piano adottato è all'albo pretorio",
        "Norme, tavole e rapporto ambientale sono pubblicati.",
    ),
    (
        "2020-09-02T09:00",
        ContentKind.NEWS,
        "Avviso di deposito sul BURL, Serie Avvisi e Concorsi n. 36",
        "Da oggi si possono presentare osservazioni.",
    ),
    (
        "2021-02-10T12:00",
        ContentKind.NEWS,
        "Pubblicate le prime osservazioni registrate",
        "Si leggono alla voce Osservazioni.",
    ),
    (
        "2020-09-02T09:30",
        ContentKind.PAGE,
        "Che cos'è un'osservazione",
        "È una proposta scritta per cambiare il piano adottato. Può scriverla chiunque vi abbia "
        "interesse. L'ufficio risponde a ogni richiesta e il Consiglio metropolitano decide.",
    ),
)
