"""The path in the readers' own calendars."""

import datetime as dt

from icalendar import Calendar

from tests.pages import Browser


def test_the_path_can_be_followed_in_a_calendar(visitor: Browser) -> None:
    answer = visitor.open("/percorso").follow("Segui il percorso nel tuo calendario")

    feed = Calendar.from_ical(answer.response.data)
    events = {str(event["summary"]): event for event in feed.walk("VEVENT")}
    adoption = events["Adozione in Consiglio metropolitano"]
    assert adoption["dtstart"].dt == dt.date(2020, 7, 29)
    assert adoption["dtend"].dt == dt.date(2020, 7, 30)
    assert "DCM 14/2020" in adoption["description"]
    term = next(event for name, event in events.items() if "24:00" in name)
    assert term["dtstart"].dt == dt.date(2020, 11, 2)
    names = [str(event["uid"]) for event in feed.walk("VEVENT")]
    assert len(names) == len(set(names)) > 10
    assert answer.response.mimetype == "text/calendar"
