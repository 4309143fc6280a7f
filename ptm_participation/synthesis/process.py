"""Makes the process in the order of its days, in batches through the bulk use cases.

What is committed is whole batches. Which observation copies which campaign is written to
`labels.csv` in the installation's home (register, number, campaign, edits): the truth by which
a search for equal texts can be judged. While the process is being made the file is called
`labels.csv.part`, so that an interrupted one is known as such.
"""

import contextlib
import csv
import datetime as dt
import gc
import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l

from ptm_participation.accounts import service as accounts
from ptm_participation.accounts.access import Role
from ptm_participation.accounts.models import User
from ptm_participation.consultations import service as consultations
from ptm_participation.consultations.models import AttendanceRole, ConsultationKind
from ptm_participation.consultations.service import Account, Attended
from ptm_participation.core import clock
from ptm_participation.core.audit import SYSTEM, VISITOR
from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError
from ptm_participation.core.storage import Kept
from ptm_participation.core.transaction import use_case
from ptm_participation.demonstration import ACCOUNTS, password_of, print_accounts
from ptm_participation.observations import bulk
from ptm_participation.observations.bulk import Arrival, Taken
from ptm_participation.observations.models import Observation, Protocol
from ptm_participation.observations.workflow import Channel
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.models import IdentityLevel, Procedure, StepKind, Window
from ptm_participation.stakeholders import service as stakeholders
from ptm_participation.stakeholders.models import Stakeholder
from ptm_participation.stakeholders.subjects import SubjectType
from ptm_participation.synthesis.inflow import moments
from ptm_participation.synthesis.letters import Letter, Letters, citable
from ptm_participation.synthesis.people import Authors, Place
from ptm_participation.synthesis.words import SAYS_SO, SENTENCES, Writer
from ptm_participation.territory.models import Municipality, Zone

BATCH = 1000
MOST_CONSULTATIONS = 60
LABELS = "labels.csv"
COLUMNS = ("register", "number", "campaign", "edits")

# When it happens that is not drawn by chance.
START = "2019-09-02T09:00"
CHECKING, PUBLISHING = "2020-12-17T10:00", "2021-02-10T11:00"
OFFICE_DAYS = 45


class NotADemonstration(DomainError):
    message = _l(
        "Invented observations never get into a real register: this installation is not marked "
        "as a demonstration (PTM_DEMO=1)."
    )


class NotEmpty(DomainError):
    message = _l(
        "This installation is not empty (%(observations)d observations, %(accounts)d accounts): "
        "choose another folder with PTM_HOME, and another database."
    )


class HalfMade(DomainError):
    message = _l(
        "The synthetic process was interrupted: delete %(folder)s and its database, and make it "
        "again."
    )


def refuse_unless_empty() -> None:
    """Raises NotADemonstration, HalfMade or NotEmpty."""
    if not current_app.config["DEMONSTRATION"]:
        raise NotADemonstration()
    observations = db.session.scalar(sa.select(sa.func.count(Observation.id))) or 0
    people = db.session.scalar(sa.select(sa.func.count(User.id))) or 0
    if not observations and not people:
        return
    if _labels().with_suffix(".csv.part").exists():
        raise HalfMade(folder=_labels().parent)
    raise NotEmpty(observations=observations, accounts=people)


def _labels() -> Path:
    return Path(current_app.config["HOME"]) / LABELS


def fill(observations: int, seed: int, echo: Callable[[str], None]) -> None:
    """Make a process of that many observations in an empty installation; print its accounts."""
    refuse_unless_empty()
    kept = _labels()
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(".csv.part")
    with draft.open("w", encoding="utf-8", newline="") as file:
        process = _Process(random.Random(seed), observations, echo, file)
        with _collecting_by_batch():
            process.make()
    draft.replace(kept)
    echo(f"The synthetic process is ready: {observations} observations.")
    echo(f"Which of them copy a campaign: {kept}")
    print_accounts(echo)


@contextlib.contextmanager
def _collecting_by_batch() -> Iterator[None]:
    """Let go of what a batch leaves when it is done: looking for it all the time, among the
    records of a thousand observations, takes a third of the time."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


class _Process:
    """The people, the meetings, what arrives, what the office does of it."""

    def __init__(
        self, chance: random.Random, observations: int, echo: Callable[[str], None], labels: TextIO
    ) -> None:
        self.chance, self.count, self.echo = chance, observations, echo
        self.labels = csv.writer(labels, lineterminator="\n")
        self.procedure: Procedure = procedures.get_procedure()
        window = procedures.public_window(self.procedure)
        assert window is not None
        self.window: Window = window
        self.users: dict[Role, User] = {}
        places = self._places()
        self.writer = Writer(chance, [place.name for place in places])
        self.authors = Authors(chance, self.writer, places, observations)
        self.sections = citable(chance, self.procedure.edition)
        self.letters = Letters(chance, self.writer, self.sections)
        self.stakeholders: dict[tuple[SubjectType, str], int] = {}
        self.protocol = 187_600
        self.named: set[str] = set()
        # What the office will work on: keys of observations.
        self.registered: list[int] = []
        self.to_regularise: set[int] = set()
        self.ties: dict[int, int] = {}

    def make(self) -> None:
        with clock.at(START):
            self._accounts()
            self._stakeholders()
        self._consultations()
        self._observations()
        self._office_work()

    @staticmethod
    def _places() -> list[Place]:
        rows = db.session.execute(
            sa.select(Municipality.id, Municipality.name, Municipality.population).order_by(
                Municipality.sort_key
            )
        )
        return [Place(*row) for row in rows]

    def _token(self) -> str:
        return f"{self.chance.getrandbits(128):032x}"

    # -- people and meetings -------------------------------------------------------------

    def _accounts(self) -> None:
        for role, email, name in ACCOUNTS:
            user = accounts.add_user(SYSTEM, email=email, name=name, role=role)
            accounts.give_password(SYSTEM, user, password_of(email))
            self.users[role] = user
        self.staff, self.manager = self.users[Role.STAFF], self.users[Role.MANAGER]

    @use_case
    def _stakeholders(self) -> None:
        for body in (*self.authors.associations, *self.authors.bodies):
            stakeholders.add_stakeholder(
                self.staff,
                token=self._token(),
                name=body.name,
                type=body.type,
                municipality_id=body.municipality_id,
                note=SAYS_SO,
            )
        rows = db.session.execute(sa.select(Stakeholder.type, Stakeholder.name, Stakeholder.id))
        self.stakeholders = {(type_, name): key for type_, name, key in rows}

    def _consultations(self) -> None:
        zones = db.session.scalars(sa.select(Zone).order_by(Zone.position)).all()
        keys = [(zone.id, zone.name) for zone in zones]
        count = min(MOST_CONSULTATIONS, 2 + math.isqrt(self.count) // 5) if self.count else 0
        first = dt.datetime(2019, 11, 4, tzinfo=clock.ROME)
        days = sorted(self.chance.randrange(180) for _turn in range(count))
        for turn, day in enumerate(days):
            starts_at = first + dt.timedelta(days=day, hours=self.chance.randint(9, 18))
            zone = keys[turn % len(keys)] if turn % 4 else None
            with clock.at(starts_at + dt.timedelta(hours=3)):
                self._consultation(zone, starts_at.astimezone(clock.UTC))

    def _consultation(self, zone: tuple[int, str] | None, starts_at: dt.datetime) -> None:
        invited = self._invited(zone)
        attended = self.chance.sample(invited, min(len(invited), self.chance.randint(6, 30)))
        what = f"Incontro della zona {zone[1]}" if zone else "Tavolo con le parti sociali"
        topic = self.writer.title()
        consultations.log_consultation(
            self.staff,
            self.procedure,
            Account(
                kind=ConsultationKind.MEETING if zone else ConsultationKind.TABLE,
                phase=StepKind.LISTENING,
                title=f"{what}: {topic[0].lower()}{topic[1:]} (sintetico)"[:200],
                starts_at=starts_at,
                place="Milano",
                zone_id=zone[0] if zone else None,
                agenda=topic,
                minutes=f"{SAYS_SO}\n\n{' '.join(self.writer.sentences(6))}",
                attended=tuple(
                    Attended(
                        key,
                        self.chance.choices(list(AttendanceRole), (8, 1, 1))[0],
                        f"{self.writer.person()} (sintetico)",
                    )
                    for key in attended
                ),
                section_ids=tuple(number for number, _words in self._some_sections()),
            ),
            token=self._token(),
        )

    def _some_sections(self) -> Sequence[tuple[int, str]]:
        return self.chance.sample(self.sections[:40], min(2, len(self.sections)))

    def _invited(self, zone: tuple[int, str] | None) -> list[int]:
        if zone is None:
            return [
                self.stakeholders[body.type, body.name]
                for body in (*self.authors.associations, *self.authors.bodies)
            ]
        return list(
            db.session.scalars(
                sa.select(Stakeholder.id)
                .join(Municipality, Municipality.id == Stakeholder.municipality_id)
                .where(
                    Municipality.zone_id == zone[0], Stakeholder.type == SubjectType.MUNICIPALITY
                )
                .order_by(Stakeholder.sort_key)
            )
        )

    # -- what arrives --------------------------------------------------------------------

    def _observations(self) -> None:
        self.labels.writerow(COLUMNS)
        arriving = moments(self.chance, self.count, self.window.opens_at, self.window.closes_at)
        unseen = max(3, self.count // 50) if self.count > 3 else 0
        done = 0
        for batch in _batches(arriving):
            letters = [self.letters.write(self.authors.give(), moment) for moment in batch]
            taken = self._take_in(letters)
            self._label(letters, taken)
            self._record_protocols(letters, taken, self.count - unseen - done)
            done += len(batch)
            self._progress("registered", done)

    def _take_in(self, letters: Sequence[Letter]) -> list[Taken]:
        new: dict[str, Kept] = {
            file.sha256: file
            for letter in letters
            for file in letter.files
            if file.sha256 not in self.named
        }
        self.named |= new.keys()
        arrivals = [self._arrival(letter) for letter in letters]
        return bulk.submit_observations(self.window, arrivals, files=new.values())

    def _arrival(self, letter: Letter) -> Arrival:
        received = letter.received
        online = received.channel is Channel.WEB
        return Arrival(
            actor=VISITOR if online else self.staff,
            received=received,
            token=self._token(),
            at=received.received_at,
            protocol=None if online else self._protocol(received.received_at),
        )

    def _protocol(self, at: dt.datetime) -> Protocol:
        self.protocol += self.chance.randint(1, 4)
        return Protocol(f"{self.protocol:07d}", clock.rome(at).date())

    def _label(self, letters: Sequence[Letter], taken: Sequence[Taken]) -> None:
        slug = self.window.register.slug
        for letter, made in zip(letters, taken, strict=True):
            if letter.copy is not None:
                copy = letter.copy
                self.labels.writerow((slug, made.number, copy.campaign.number, copy.edits))

    def _record_protocols(
        self, letters: Sequence[Letter], taken: Sequence[Taken], seen: int
    ) -> None:
        """Give those from the site their numbers, but for the last ones, nobody's yet."""
        wanting = {}
        last = letters[-1].received.received_at
        for place, (letter, made) in enumerate(zip(letters, taken, strict=True)):
            online = letter.received.channel is Channel.WEB
            if online and place >= seen:
                continue
            if online:
                wanting[made.id] = self._protocol(last)
            self.registered.append(made.id)
            if letter.received.identity_level is IdentityLevel.NONE:
                self.to_regularise.add(made.id)
            key = self.stakeholders.get((letter.author.type, letter.author.name))
            if key is not None and self.chance.random() < 0.85:
                self.ties[made.id] = key
        with clock.at(last):
            bulk.record_protocols(self.staff, wanting)

    # -- the office ----------------------------------------------------------------------

    def _office_work(self) -> None:
        """Checks, ties, regularised authors, texts; then what is ready is published."""
        for batch, at in self._days(CHECKING):
            with clock.at(at):
                self._look_at(batch)
        for batch, at in self._days(PUBLISHING):
            ready = [key for key in batch if self.chance.random() < 0.88]
            with clock.at(at):
                bulk.publish_observations(self.manager, ready)

    def _days(self, first: str) -> Iterator[tuple[list[int], dt.datetime]]:
        start, done = clock.parse_instant(first), 0
        for batch in _batches(self.registered):
            at = start + dt.timedelta(days=OFFICE_DAYS * done // max(1, self.count))
            yield batch, at + dt.timedelta(minutes=done // BATCH)
            done += len(batch)
            verb = "checked" if first == CHECKING else "looked at for publication"
            self._progress(verb, done)

    def _look_at(self, batch: Sequence[int]) -> None:
        chance = self.chance
        checked = [key for key in batch if chance.random() < 0.95]
        bulk.check_observations(self.staff, checked)
        bulk.tie_parties(self.staff, {key: self.ties[key] for key in checked if key in self.ties})
        late = [key for key in checked if key in self.to_regularise and chance.random() < 0.5]
        bulk.regularise_observations(self.staff, dict.fromkeys(late, f"Documento. {SAYS_SO}"))
        texts = {
            key: (f"Sintesi dell'ufficio. {self.writer.sentence(SENTENCES)} {SAYS_SO}", 1)
            for key in checked
            if chance.random() < 0.02
        }
        bulk.write_working_texts(self.staff, texts)

    def _progress(self, what: str, done: int) -> None:
        if done % (5 * BATCH) == 0 or done == self.count:
            self.echo(f"  {done} of {self.count} {what}")


def _batches(several: Sequence[Any]) -> Iterator[list[Any]]:
    left = iter(several)
    while batch := list(itertools.islice(left, BATCH)):
        yield batch
        gc.collect()
