"""What all forms share: clean text, sentences beside fields, a select for long lists."""

import datetime as dt
import functools
import re
from collections.abc import Iterable
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import (
    DateField,
    EmailField,
    FileField,
    HiddenField,
    IntegerField,
    MultipleFileField,
    PasswordField,
    SearchField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
    URLField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.i18n import get_builtin_gnu_translations
from wtforms.validators import Email, Length
from wtforms.widgets import CheckboxInput, ListWidget

from ptm_participation.core import clock
from ptm_participation.core.audit import canonical_json, sha256
from ptm_participation.core.errors import ChangedMeanwhile
from ptm_participation.core.formats import language, number
from ptm_participation.core.numbers import whole

_UNKEEPABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LONGEST_FIELD_NAME = 100
_TEXT = (StringField, TextAreaField, EmailField, SearchField, TelField, URLField)


def tidy(value: Any) -> Any:
    """One sort of line end, no blanks at the ends. Inner text is left as it was typed."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()
    return value


def keepable(text: str) -> str:
    """Text that a form of ours takes: without the signs that cannot be printed."""
    return _UNKEEPABLE.sub(" ", text)


class _Sentences:
    """The library's messages, with a sentence of ours for a choice that the list does not hold."""

    def __init__(self, library: Any) -> None:
        self.library = library

    def gettext(self, text: str) -> str:
        if "valid choice" in text:
            return _("This is none of those in the list.")
        return str(self.library.gettext(text))

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        if "valid choice" in singular:
            return _("This is none of those in the list.")
        return str(self.library.ngettext(singular, plural, count))


@functools.cache
def _sentences(written: str) -> _Sentences:
    """Found once for each language: the extension would read its file for every request."""
    return _Sentences(get_builtin_gnu_translations([written]))


class PtmForm(FlaskForm):  # type: ignore[misc]
    """A form whose text fields are tidied, and refuse control characters."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            if issubclass(unbound_field.field_class, _TEXT) and not issubclass(
                unbound_field.field_class, (PasswordField, HiddenField)
            ):
                given = unbound_field.kwargs.get("filters", ())
                options = {**options, "filters": [tidy, *given]}
            return unbound_field.bind(form=form, **options)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent, as far as a form of ours can have asked for it.

            A file reaches only the fields that take files, and text only those that do not. Names
            that no form of ours has would be taken for numbers of a list's rows.
            """
            if formdata is None or hasattr(formdata, "getlist"):  # given, and not for us to find
                return formdata
            if not form.is_submitted():
                return None
            takes_files = {f.name for f in form if isinstance(f, (FileField, MultipleFileField))}
            files = [(n, f) for n, f in request.files.items(multi=True) if n in takes_files]
            texts = [
                (name, text)
                for name, text in request.form.items(multi=True)
                if name not in takes_files and name.isascii() and len(name) <= LONGEST_FIELD_NAME
            ]
            return CombinedMultiDict([MultiDict(files), MultiDict(texts)]) or None

        def get_translations(self, form: Any) -> _Sentences:
            return _sentences(language())

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        for field in self:
            if isinstance(field.data, str) and _UNKEEPABLE.search(field.data):
                field.errors = [
                    _("This text holds signs that cannot be printed: write it without them.")
                ]
                good = False
        return good

    @property
    def session_ended(self) -> bool:
        """Whether the form came back only because its session was over."""
        return bool(getattr(g, "session_expired", False))

    @property
    def all_errors(self) -> list[tuple[str, str]]:
        """Each error with the id of its field, in the form's order, for the summary."""
        found: list[tuple[str, str]] = []
        for field in self:
            if field.name != "csrf_token":
                found += _errors_of(field)
        return found


class EditForm(PtmForm):
    """A form over a record that somebody else may change while it is open.

    After `guard`, what was saved since the form was shown is not overwritten unseen: the
    form comes back with what was typed and a sentence, and may then be sent again.
    """

    seen = HiddenField()
    _present: str | None = None

    def guard(self) -> None:
        """Remember what the record holds now; for pages that change one."""
        shown = {
            field.name: str(field.object_data)
            for field in self
            if field.name not in {"csrf_token", "seen", "token"}
        }
        self._present = sha256(canonical_json(shown))[:16]
        if not self.is_submitted():
            self.seen.data = self._present

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        if self._present is None or self.seen.data == self._present:
            return good
        self.seen.data = self._present
        first = next(field for field in self if not isinstance(field, HiddenField))
        first.errors = [*first.errors, str(ChangedMeanwhile())]
        return False


def _errors_of(field: Any) -> list[tuple[str, str]]:
    """The errors of a field, or of the fields that it holds."""
    if hasattr(field, "entries"):  # a list of fields
        return [error for entry in field.entries for error in _errors_of(entry)]
    if hasattr(field, "form"):  # a form within the form
        return [error for inner in field.form if inner.name for error in _errors_of(inner)]
    return [(field.id, str(error)) for error in field.errors]


def base_version(field: Any) -> int:
    """The version of the record that the form was opened on; 0, which none has, if it says none."""
    return whole(str(field.data)) or 0


def labelled(members: Iterable[Any]) -> list[SelectChoice]:
    """The members of an enumeration as choices, by value and label."""
    return [SelectChoice(member.value, member.label) for member in members]


def options(pairs: Iterable[tuple[str, Any]], group: str | None = None) -> list[SelectChoice]:
    """Pairs of value and label as choices, under a group if one is named."""
    return [SelectChoice(value, label, optgroup=group) for value, label in pairs]


def at_most(length: int) -> Length:
    """A limit that says itself."""
    return Length(max=length, message=_l("At most %(max)d characters."))


def email_address() -> Email:
    return Email(_l("This e-mail address is not complete."))


class ChecksField(SelectMultipleField):  # type: ignore[misc]
    """Several choices, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class DayField(DateField):  # type: ignore[misc]
    """A day of the calendar, with a sentence for what is none."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        text = " ".join(valuelist).strip()
        if not text:
            return
        for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"):
            try:
                day = dt.datetime.strptime(text, pattern).date()  # noqa: DTZ007
            except ValueError:
                continue
            if day.year in clock.YEARS:
                self.data = day
                return
        raise ValidationError(_("Write the date as day/month/year, for example 2/11/2020."))

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(str(part) for part in self.raw_data)
        return self.data.isoformat() if self.data else ""


class HourField(TimeField):  # type: ignore[misc]
    """An hour of the day, with a sentence for what is none."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        text = " ".join(valuelist).strip().replace(".", ":")
        if not text:
            return
        for pattern in ("%H:%M", "%H:%M:%S"):
            try:
                self.data = dt.datetime.strptime(text, pattern).time()  # noqa: DTZ007
            except ValueError:
                continue
            return
        raise ValidationError(_("Write the hour as hours:minutes, for example 16:45."))


class WholeNumberField(IntegerField):  # type: ignore[misc]
    """A number of things, with one sentence for whatever is none or is too many."""

    def __init__(self, label: Any, most: int, *, optional: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.most, self.optional = most, optional

    def process_formdata(self, valuelist: list[str]) -> None:
        text = "".join(valuelist).replace(".", "").replace(" ", "").strip()
        self.data = whole(text)
        if self.optional and not text:
            return
        if self.data is None or self.data > self.most:
            raise ValidationError(
                _("Write a whole number between 0 and %(most)s.", most=number(self.most))
            )
