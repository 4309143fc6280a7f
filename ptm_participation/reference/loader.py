"""Loading the reference data: any number of times, and never over a correction."""

import csv
import dataclasses
import datetime as dt
import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from ptm_participation.core import audit, clock
from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import Base, db
from ptm_participation.core.reference import Verification, fold, slugify
from ptm_participation.core.transaction import use_case
from ptm_participation.plan.citation_links import link_citations
from ptm_participation.plan.comparison import known_tree
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.matching import match
from ptm_participation.plan.models import (
    Document,
    DocumentKind,
    Edition,
    EditionKind,
    EditionState,
    Plan,
    PlanKind,
    PlanLink,
    Provision,
    ProvisionTheme,
    SectionVersion,
    Theme,
)
from ptm_participation.plan.service import write_tree
from ptm_participation.plan.tree import Node
from ptm_participation.procedure.models import (
    Audience,
    PrivacyNotice,
    Procedure,
    Register,
    RegisterKind,
    Step,
    StepKind,
    TermSuspension,
    Window,
)
from ptm_participation.procedure.terms import Term, times
from ptm_participation.reference.models import ReferenceLoad
from ptm_participation.stakeholders.models import Stakeholder
from ptm_participation.stakeholders.subjects import SubjectType
from ptm_participation.territory.models import Municipality, Zone

FOLDER = Path(__file__).resolve().parent.parent / "data"
POPULATION_YEAR = 2023

Row = TypeVar("Row", bound=Base)


@dataclasses.dataclass
class Counts:
    """How many facts were added, brought up to date, and left as staff corrected them."""

    added: int = 0
    updated: int = 0
    corrected: int = 0


def load_reference_data(folder: Path = FOLDER) -> Counts | None:
    """Bring the database up to the data of `folder`; None if that was done before."""
    digest = _digest(folder)
    if db.session.get(ReferenceLoad, digest) is not None:
        return None
    return _load(folder, digest)


def _digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in {".toml", ".csv", ".geojson"}:
            whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


@use_case
def _load(folder: Path, digest: str) -> Counts:
    loader = _Loader(folder)
    loader.territory()
    loader.plans()
    loader.procedure()
    loader.sections()
    loader.stakeholders()
    db.session.merge(ReferenceLoad(digest=digest, loaded_at=clock.now()))
    audit.record(
        SYSTEM,
        "reference.loaded",
        ("reference_load", digest),
        **dataclasses.asdict(loader.counts),
    )
    return loader.counts


class _Loader:
    """One pass over the files; every method may be run again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.counts = Counts()
        self.sources: dict[str, str] = self._toml("sources.toml")

    def _toml(self, name: str) -> dict[str, Any]:
        with (self.folder / name).open("rb") as file:
            return tomllib.load(file)

    def _sourced(self, fact: dict[str, Any], default: str = "LIST") -> dict[str, Any]:
        return {
            "verification": Verification(fact.get("verification", "to-verify")),
            "source": self.sources[fact.get("source", default)],
            "note": fact.get("note", ""),
        }

    def put(self, model: type[Row], key: dict[str, Any], values: dict[str, Any]) -> Row:
        """Add the row, or bring it up to date unless a person has corrected it."""
        row = db.session.scalar(sa.select(model).filter_by(**key))
        if row is None:
            row = model(**key, **values)
            db.session.add(row)
            db.session.flush()
            self.counts.added += 1
        elif getattr(row, "corrected_at", None) is not None:
            self.counts.corrected += 1
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            self.counts.updated += 1
        return row

    # -- territory -----------------------------------------------------------------------

    def territory(self) -> None:
        zones = {
            zone["name"]: self.put(
                Zone,
                {"code": zone["code"]},
                {
                    "name": zone["name"],
                    "position": position,
                    "verification": Verification.VERIFIED,
                    "source": self.sources["ZONE"],
                },
            )
            for position, zone in enumerate(self._toml("territory.toml")["zone"], 1)
        }
        boundaries = json.loads((self.folder / "comuni.geojson").read_text(encoding="utf-8"))
        shapes = {
            feature["properties"]["istat"]: json.dumps(feature["geometry"], separators=(",", ":"))
            for feature in boundaries["features"]
        }
        with (self.folder / "comuni.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                self._municipality(row, zones[row["zona_omogenea"]], shapes[row["istat"]])

    def _municipality(self, row: dict[str, str], zone: Zone, boundary: str) -> None:
        in_doubt = row["note"].startswith("zona inferred")
        self.put(
            Municipality,
            {"istat": row["istat"]},
            {
                "belfiore": row["belfiore"],
                "name": row["nome"],
                "slug": slugify(row["nome"]),
                "sort_key": fold(row["nome"]),
                "zone_id": zone.id,
                "population": int(row["pop_2023"]),
                "population_year": POPULATION_YEAR,
                "area_km2": float(row["area_km2_poly"]),
                "latitude": float(row["lat"]),
                "longitude": float(row["lon"]),
                "postcode": row["cap"],
                "boundary": boundary,
                "verification": Verification.TO_VERIFY if in_doubt else Verification.VERIFIED,
                "source": self.sources["COMUNI"],
                "note": _MUNICIPALITY_NOTES.get(row["nome"], ""),
            },
        )

    # -- plan ----------------------------------------------------------------------------

    def plans(self) -> None:
        data = self._toml("plan.toml")
        self.plan = {
            fact["code"]: self.put(
                Plan,
                {"code": fact["code"]},
                {"name": fact["name"], "kind": PlanKind(fact["kind"]), **self._sourced(fact)},
            )
            for fact in data["plan"]
        }
        ptm = self.plan["ptm"]
        for fact in data["link"]:
            self.put(
                PlanLink,
                {
                    "plan_id": self.plan[fact["plan"]].id,
                    "other_id": self.plan[fact["other"]].id,
                },
                {"meaning": fact["meaning"], **self._sourced(fact)},
            )
        self.editions = [self._edition(ptm, fact) for fact in data["edition"]]
        self.documents = {
            fact["code"]: self.put(
                Document,
                {"plan_id": ptm.id, "code": fact["code"]},
                {
                    "slug": fact["code"].lower(),
                    "title": fact["title"],
                    "kind": DocumentKind(fact["kind"]),
                    "facts": fact.get("facts", ""),
                    "position": position,
                    **self._sourced(fact),
                },
            )
            for position, fact in enumerate(data["document"], 1)
        }
        self.themes = {
            fact["code"]: self.put(
                Theme,
                {"plan_id": ptm.id, "code": fact["code"]},
                {"name": fact["name"], "position": position, **self._sourced(fact)},
            )
            for position, fact in enumerate(data["theme"], 1)
        }

    def _edition(self, plan: Plan, fact: dict[str, Any]) -> Edition:
        """An edition, after those that are there; one that is published stays as it was, and where
        the office has put others stays too."""
        named = {"plan_id": plan.id, "label": fact["label"]}
        known = db.session.scalar(sa.select(Edition).filter_by(**named))
        if known is not None and known.state is EditionState.FROZEN:
            return known
        values = {
            "title": fact["title"],
            "kind": EditionKind(fact["kind"]),
            "act": fact["act"],
            "dated_on": fact["dated_on"],
            **self._sourced(fact),
        }
        if known is None:
            last = sa.select(sa.func.max(Edition.position)).filter_by(plan_id=plan.id)
            values["position"] = (db.session.scalar(last) or 0) + 1
        return self.put(Edition, named, values)

    def sections(self) -> None:
        """Write the known sections into the editions that have none of that document yet."""
        for fact in self._toml("sections.toml")["document"]:
            document = self.documents[fact["code"]]
            tree, details = _section_tree(fact)
            for edition in self.editions:
                if edition.state is EditionState.FROZEN:
                    continue
                taken = sa.select(SectionVersion.id).filter_by(
                    edition_id=edition.id, document_id=document.id
                )
                if db.session.scalar(taken.limit(1)) is None:
                    self._write_sections(document, edition, tree, details, fact["source"])
        for edition in self.editions:
            link_citations(edition.id)

    def _write_sections(
        self,
        document: Document,
        edition: Edition,
        tree: list[Node],
        details: dict[tuple[SectionKind, str], dict[str, Any]],
        source: str,
    ) -> None:
        first = self.editions[0]
        known = [] if edition is first else known_tree(first, document)
        versions = write_tree(
            document, edition, tree, match(known, tree), source=self.sources[source]
        )
        for version in versions:
            detail = details.get((version.kind, version.number), {})
            version.verification = Verification(detail.get("verification", "to-verify"))
            version.note = detail.get("note", "")
            for theme in detail.get("themes", []):
                self._tie_theme(version.provision_id, self.themes[theme].id)
        self.counts.added += len(versions)

    @staticmethod
    def _tie_theme(provision_id: int, theme_id: int) -> None:
        provision = db.session.get_one(Provision, provision_id)
        if db.session.get(ProvisionTheme, (provision.id, theme_id)) is None:
            db.session.add(ProvisionTheme(provision_id=provision.id, theme_id=theme_id))
            db.session.flush()

    # -- procedure -----------------------------------------------------------------------

    def procedure(self) -> None:
        data = self._toml("procedure.toml")
        fact = data["procedure"]
        edition = next(e for e in self.editions if e.label == fact["edition"])
        procedure = self.put(
            Procedure,
            {"code": fact["code"]},
            {
                "plan_id": self.plan[fact["plan"]].id,
                "edition_id": edition.id,
                **{
                    name: fact[name]
                    for name in (
                        "pattern",
                        "title",
                        "body",
                        "case_file",
                        "office",
                        "office_address",
                        "office_pec",
                        "sufficient_levels",
                        "levels_source",
                    )
                },
                **self._sourced(fact),
            },
        )
        registers = {
            register["kind"]: self.put(
                Register,
                {"procedure_id": procedure.id, "kind": RegisterKind(register["kind"])},
                {"slug": register["slug"]},
            )
            for register in data["register"]
        }
        for suspension in data["suspension"]:
            self._suspension(procedure, suspension)
        for window in data["window"]:
            self._window(procedure, registers[window["register"]], window)
        for position, step in enumerate(data["step"], 1):
            self._step(procedure, position, step)
        self._notice(procedure, data["privacy"])

    def _window(self, procedure: Procedure, register: Register, fact: dict[str, Any]) -> None:
        term = Term(
            fact["opens_on"], fact.get("notice_on"), fact.get("term_days"), fact.get("last_day")
        )
        found = times(procedure, term)
        self.put(
            Window,
            {"procedure_id": procedure.id, "code": fact["code"]},
            {
                "register_id": register.id,
                "audience": Audience(fact["audience"]),
                "opens_at": found.opens_at,
                "closes_at": found.closes_at,
                "notice_on": term.notice_on,
                "term_days": term.days,
                "last_day": term.last_day,
                "act": fact["act"],
                **self._sourced(fact),
            },
        )

    def _suspension(self, procedure: Procedure, fact: dict[str, Any]) -> None:
        self.put(
            TermSuspension,
            {"procedure_id": procedure.id, "code": fact["code"]},
            {
                "first_day": fact["first_day"],
                "last_day": fact["last_day"],
                "act": fact["act"],
                **self._sourced(fact),
            },
        )

    def _step(self, procedure: Procedure, position: int, fact: dict[str, Any]) -> None:
        self.put(
            Step,
            {"procedure_id": procedure.id, "code": fact["code"]},
            {
                "stage": StepKind(fact["stage"]),
                "title": fact["title"],
                "when": fact.get("when", ""),
                "starts_on": fact.get("starts_on"),
                "ends_on": fact.get("ends_on"),
                "act": fact.get("act", ""),
                "place": fact.get("place", ""),
                "actor": fact.get("actor", ""),
                "ground": fact.get("ground", ""),
                "term_days": fact.get("term_days"),
                "counts_from": fact.get("counts_from", ""),
                "position": position,
                **self._sourced(fact),
            },
        )

    def _notice(self, procedure: Procedure, fact: dict[str, Any]) -> None:
        start: dt.date = fact["in_force_from"]
        key = {"procedure_id": procedure.id, "version": fact["version"]}
        if db.session.scalar(sa.select(PrivacyNotice).filter_by(**key)) is None:
            self.put(
                PrivacyNotice,
                key,
                {
                    "text": fact["text"].strip(),
                    "text_en": fact["text_en"].strip(),
                    "in_force_from": clock.start_of_day(start),
                },
            )

    # -- stakeholders --------------------------------------------------------------------

    def stakeholders(self) -> None:
        for municipality in db.session.scalars(sa.select(Municipality)):
            self._stakeholder(
                f"comune-{municipality.istat}",
                f"Comune di {municipality.name}",
                SubjectType.MUNICIPALITY,
                must_be_consulted=True,
                municipality_id=municipality.id,
                verification=Verification.VERIFIED,
                source=self.sources["COMUNI"],
            )
        for group in self._toml("stakeholders.toml")["group"]:
            for name in group["names"]:
                self._stakeholder(
                    slugify(name)[:80],
                    name,
                    SubjectType(group["type"]),
                    must_be_consulted=group["must_be_consulted"],
                    verification=Verification.TO_VERIFY,
                    source=self.sources["LIST"],
                )

    def _stakeholder(self, code: str, name: str, kind: SubjectType, **values: Any) -> None:
        known = db.session.scalar(sa.select(Stakeholder.created_at).filter_by(code=code))
        self.put(
            Stakeholder,
            {"code": code},
            {
                "name": name,
                "sort_key": fold(name),
                "type": kind,
                "created_at": known or clock.now(),
                **values,
            },
        )


_MUNICIPALITY_NOTES = {
    "Vernate": "Zona dedotta da superficie e popolazione: potrebbe essere Sud Ovest.",
    "Noviglio": "Zona dedotta insieme a quella di Vernate: da verificare sullo statuto.",
    "San Colombano al Lambro": "Exclave tra le province di Lodi e di Pavia.",
    "Vermezzo con Zelo": (
        "Nato l'8 febbraio 2019 dalla fusione di Vermezzo e Zelo Surrigone (da verificare)."
    ),
}


def _section_tree(
    fact: dict[str, Any],
) -> tuple[list[Node], dict[tuple[SectionKind, str], dict[str, Any]]]:
    """A document's sections as a tree, and what else is said of each."""
    details: dict[tuple[SectionKind, str], dict[str, Any]] = {}
    articles = {article["number"]: article for article in fact.get("article", [])}
    tree: list[Node] = []
    for part in fact.get("part", []):
        groups = tuple(_group(group, articles, details) for group in part["groups"])
        tree.append(Node(SectionKind.PART, part["number"], part["heading"], "", groups))
    for name in ("map", "heading", "strategy"):
        kind = SectionKind(name)
        for section in fact.get(name, []):
            details[kind, section["number"]] = section
            sheets = tuple(
                Node(SectionKind.SHEET, sheet, "", "") for sheet in section.get("sheets", [])
            )
            tree.append(Node(kind, section["number"], section["heading"], "", sheets))
    return tree, details


def _group(
    group: dict[str, Any],
    articles: dict[str, dict[str, Any]],
    details: dict[tuple[SectionKind, str], dict[str, Any]],
) -> Node:
    """A range of articles, with a section for each, so that each can be observed."""
    first, last = (int(end) for end in group["articles"].split("-"))
    nodes = []
    for number in map(str, range(first, last + 1)):
        article = articles.get(number, {})
        themes = article.get("themes") or group.get("themes", [])
        details[SectionKind.ARTICLE, number] = {**article, "themes": themes}
        nodes.append(Node(SectionKind.ARTICLE, number, article.get("heading", ""), ""))
    label = f"{first}–{last}" if last > first else f"{first}"
    details[SectionKind.GROUP, label] = {"themes": group.get("themes", [])}
    return Node(SectionKind.GROUP, label, group["heading"], "", tuple(nodes))
