"""Sentences of templates: translated where they stand, escaped as the page is."""

import pytest
from flask import Flask, render_template_string
from flask_babel import force_locale

from ptm_participation.core import clock, formats


def _say(template: str, **values: object) -> str:
    return render_template_string(template, **values)


def test_what_is_put_into_a_sentence_is_escaped_and_the_sentence_is_not(app: Flask) -> None:
    template = "{% trans what=what %}The <em>plan's</em> {{ what }}{% endtrans %}"

    said = _say(template, what="<b>18</b>")

    assert said == "The <em>plan's</em> &lt;b&gt;18&lt;/b&gt;"


@pytest.mark.parametrize(("value", "written"), [(None, "100 %"), ("50", "50 of 100 %")])
def test_a_percent_sign_is_written_once(app: Flask, value: str | None, written: str) -> None:
    template = "{% trans part=value %}{{ part }} of 100 %{% endtrans %}"

    said = _say(template, value=value) if value else _say("{% trans %}100 %{% endtrans %}")

    assert said == written


def test_the_same_day_is_written_in_the_language_of_each_reader(app: Flask) -> None:
    day = clock.parse_day("2020-10-19")

    written = []
    for language in ("it", "en", "it"):
        with force_locale(language):
            written.append((formats.day(day), _say("{% trans %}Sign in{% endtrans %}")))

    assert written[0] == ("19 ottobre 2020", "Accedi")
    assert written[1] == ("19 October 2020", "Sign in")
    assert written[2] == written[0]
