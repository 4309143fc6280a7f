"""The sentences of the language being written, looked up once each.

flask-babel asks anew for each sentence where it is, in which language, and what that language
has; a page says some hundreds, and this was a fifth of what it cost.
"""

from typing import Any

from babel.support import NullTranslations, Translations
from flask_babel import Domain
from jinja2 import Environment
from jinja2.nodes import EvalContext
from jinja2.utils import pass_eval_context
from markupsafe import Markup

from ptm_participation.core.formats import language


class Sentences(Domain):  # type: ignore[misc]
    """The translations, found once for each language that is written."""

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[str, Translations | NullTranslations] = {}

    def get_translations(self) -> Translations | NullTranslations:
        written = language()
        if written not in self._found:
            self._found[written] = super().get_translations()
        return self._found[written]


def install(environment: Environment, sentences: Sentences) -> None:
    """Let templates say sentences with `_()` and `{% trans %}`.

    As in Jinja's own «new style», a value put into a sentence is escaped where the page is,
    and a percent sign is written twice.
    """

    @pass_eval_context
    def gettext(context: EvalContext, sentence: str, /, **values: Any) -> str:
        return _fill(context, sentences.get_translations().gettext(sentence), values)

    @pass_eval_context
    def ngettext(
        context: EvalContext, singular: str, plural: str, num: int, /, **values: Any
    ) -> str:
        said = sentences.get_translations().ngettext(singular, plural, num)
        return _fill(context, said, {"num": num, **values})

    environment.globals.update(_=gettext, gettext=gettext, ngettext=ngettext)


def _fill(context: EvalContext, said: str, values: dict[str, Any]) -> str:
    text = Markup(said) if context.autoescape else said  # noqa: S704 - a sentence of ours
    return text % values if "%" in said else text
