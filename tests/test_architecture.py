"""The house's rules, as tests."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

import ptm_participation
from config import ROOT
from ptm_participation.accounts.access import (
    PERMISSIONS,
    PUBLIC,
    SIGNED_IN,
    Permission,
    Role,
    access_mark,
)
from ptm_participation.core.audit import AuditEntry
from ptm_participation.core.db import db
from tests.conftest import PASSWORD, _person
from tests.pages import Browser

PACKAGE = Path(ptm_participation.__file__).parent

# Functions of service modules that write nothing, or whose writing is done by what they call.
READ_ONLY = {
    "accounts.service.link_owner",
    "accounts.service.session_user",
    "accounts.service.sign_in",
    "observations.drafting.drafts_of",
    "observations.drafting.empty_content",
    "observations.drafting.empty_request",
    "observations.drafting.find_draft",
    "observations.drafting.quoted_words",
    "observations.intake.check_municipalities",
    "observations.intake.check_open",
    "observations.intake.check_received",
    "observations.intake.check_stands",
    "observations.intake.date_that_counts",
    "observations.intake.file_under",
    "observations.intake.get_earlier",
    "observations.intake.held",
    "observations.intake.hold",
    "observations.intake.hold_registers",
    "observations.intake.holds",
    "observations.intake.must_stand",
    "observations.intake.next_number",
    "observations.intake.registered",
    "observations.intake.sections_of",
    "observations.intake.send_receipt",
    "observations.service.dated",
    "plan.service.anchor_on",
    "plan.service.import_text",
    "plan.service.write_tree",
    # They write what a use case has built.
    "core.bulk.fresh_keys",
    "core.bulk.write_all",
    "core.bulk.write_rows",
}
# Use cases that leave no trace in the log, and why.
UNRECORDED = {
    # A draft is its author's own note, not an act.
    "observations.drafting.begin_draft",
    "observations.drafting.change_draft",
    "observations.drafting.put_file",
    "observations.drafting.drop_file",
    "observations.drafting.drop_draft",
    "observations.drafting.send_resume_link",
    "observations.drafting.delete_old_drafts",
    # An anchor is part of the act that draws it.
    "plan.service.draw_anchor",
}
# Templates that are not an endpoint's own: another face of one.
OTHER_FACES = {
    "accounts/link.html",
    "accounts/resume.html",
    "observations/choose_window.html",
    "observations/who_type.html",
    "plan/unreadable.html",
    "procedure/choose_pattern.html",
    "site/own_observation.html",
}


def _service_functions() -> Iterator[tuple[str, FunctionType]]:
    for found in pkgutil.walk_packages([str(PACKAGE)], "ptm_participation."):
        if found.name.rpartition(".")[2] not in {"service", "drafting", "intake", "bulk"}:
            continue
        module = importlib.import_module(found.name)
        for name, function in vars(module).items():
            if name.startswith("_") or not inspect.isfunction(function):
                continue
            if inspect.unwrap(function).__module__ == found.name:
                yield f"{found.name.removeprefix('ptm_participation.')}.{name}", function


def test_every_verb_of_a_service_is_a_use_case() -> None:
    loose = {
        name
        for name, function in _service_functions()
        if not getattr(function, "is_use_case", False)
    }

    assert loose == READ_ONLY


def test_every_use_case_records_what_it_does() -> None:
    silent = set()
    use_cases = {name: f for name, f in _service_functions() if hasattr(f, "is_use_case")}
    verbs = {name.rpartition(".")[2] for name in use_cases}
    for name, function in use_cases.items():
        source = inspect.getsource(inspect.unwrap(function))
        called = set(re.findall(r"\b(\w+)\(", source)) - {name.rpartition(".")[2]}
        if not ({"record", "_record"} & called or called & (verbs - {"draw_anchor"})):
            silent.add(name)

    assert silent == UNRECORDED


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.stem)
def test_the_package_reads_neither_the_configuration_file_nor_the_clock(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))

    imported = {
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}

    assert not imported & {"config", "wsgi"}
    if path.name != "clock.py":
        assert not called & {"dt.datetime.now", "dt.datetime.utcnow", "dt.date.today", "time.time"}


def test_every_endpoint_says_who_may_call_it(app: Flask) -> None:
    unmarked = [
        name
        for name, view in app.view_functions.items()
        if not (
            access_mark(view) in {PUBLIC, SIGNED_IN} or isinstance(access_mark(view), Permission)
        )
    ]

    assert unmarked == []


def test_every_page_template_is_named_after_its_endpoint(app: Flask) -> None:
    endpoints = set(app.view_functions)
    pages = {
        str(path.relative_to(ROOT / "templates"))
        for blueprint in app.blueprints
        for path in (ROOT / "templates" / blueprint).glob("*.html")
        if not path.name.startswith("_")
    }

    strangers = {p for p in pages if p.removesuffix(".html").replace("/", ".") not in endpoints}

    assert strangers == OTHER_FACES


def _pages_without_arguments(app: Flask) -> list[tuple[str, Any]]:
    return [
        (str(rule.rule), access_mark(app.view_functions[rule.endpoint]))
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments
    ]


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_the_pages_that_it_may_and_no_other(app: Flask, role: Role) -> None:
    person = _person(app, role, f"somebody-{role.value}")

    for path, mark in _pages_without_arguments(app):
        status = person.client.get(path).status_code
        allowed = mark in {PUBLIC, SIGNED_IN} or mark in PERMISSIONS[role]
        assert (status in {200, 302}) if allowed else status == 403, f"{role} {path}: {status}"


def test_a_visitor_is_asked_to_sign_in_and_brought_back(app: Flask, visitor: Browser) -> None:
    for path, mark in _pages_without_arguments(app):
        if mark != PUBLIC:
            answer = visitor.client.get(path)
            assert answer.status_code == 302, path
            assert "/accedi?next=" in answer.headers["Location"], path


def test_no_form_is_taken_from_another_site(app: Flask, as_administrator: Browser) -> None:
    db.session.rollback()
    before = db.session.scalar(sa.select(sa.func.count(AuditEntry.id)))
    changing = [
        rule
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint != "accounts.sign_in"
    ]

    for rule in changing:
        values = dict.fromkeys(rule.arguments, "1")
        path = app.url_map.bind("localhost").build(rule.endpoint, values, method="POST")
        for headers in ({}, {"Origin": "https://elsewhere.example"}):
            answer = as_administrator.client.post(path, data={"a": "b"}, headers=headers)
            assert answer.status_code == 400, rule.rule

    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(AuditEntry.id))) == before
    assert PASSWORD  # the administrator was signed in with it


def test_every_answer_carries_the_strict_policy(visitor: Browser) -> None:
    for path in ("/", "/accedi", "/no-such-page"):
        headers = visitor.client.get(path).headers

        policy = headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        assert "unsafe-eval" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"


def test_no_template_has_inline_script_or_style() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")

        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
        assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style", text), path
        assert "|safe" not in text, path
