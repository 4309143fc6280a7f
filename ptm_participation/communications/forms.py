"""The form of a content; fields that its kind does not have are taken away."""

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired

from ptm_participation.communications.models import Content, ContentKind
from ptm_participation.communications.service import Words
from ptm_participation.core import clock
from ptm_participation.core.forms import DayField, HourField, PtmForm, at_most
from ptm_participation.core.storage import Kept


class ContentForm(PtmForm):
    token = HiddenField()
    base_version = HiddenField()
    title = StringField(_l("Title"), [DataRequired(_l("Write a title.")), at_most(160)])
    day = DayField(_l("Day"), [InputRequired(_l("Write the day."))])
    hour = HourField(_l("Begins at"), [InputRequired(_l("Write when it begins."))])
    place = StringField(_l("Place"), [at_most(200)])
    body = TextAreaField(
        _l("Text"),
        [DataRequired(_l("Write the text.")), at_most(20_000)],
        description=_l("A blank line begins a new paragraph; web addresses become links."),
    )
    file = FileField(_l("The file"))

    def __init__(self, kind: ContentKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind is not ContentKind.EVENT:
            del self.day, self.hour, self.place
        if kind is not ContentKind.MATERIAL:
            del self.file

    def words(self, file: tuple[str, Kept] | None) -> Words:
        """What the form says, as the use cases take it."""
        name, kept = file or ("", None)
        starts_at = None
        if self.day:
            local = dt.datetime.combine(self.day.data, self.hour.data, clock.ROME)
            starts_at = local.astimezone(dt.UTC)
        return Words(
            title=self.title.data,
            body=self.body.data,
            starts_at=starts_at,
            place=(self.place.data or "") if self.place else "",
            file_name=name,
            file=kept,
        )


def shown(content: Content) -> dict[str, Any]:
    """What the form shows of a content."""
    starts = clock.rome(content.starts_at) if content.starts_at else None
    return {
        "base_version": content.version,
        "title": content.title,
        "body": content.body,
        "day": starts.date() if starts else None,
        "hour": starts.time() if starts else None,
        "place": content.place,
    }
