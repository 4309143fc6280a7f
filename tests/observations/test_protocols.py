"""The protocol's numbers come in as a table: all of them, or a sentence for each wrong line."""

import io

import pytest

from ptm_participation.core.db import db
from ptm_participation.observations.models import Observation
from ptm_participation.observations.workflow import ObservationState
from tests import factories
from tests.pages import Browser, Page

BRIDGE = "/ufficio/protocollo"
HEAD = "registro;numero;protocollo;data\n"


def _send(browser: Browser, text: str) -> Page:
    return browser.open(BRIDGE).submit(file=(io.BytesIO(text.encode()), "protocollo.csv"))


def _numbers() -> list[str]:
    db.session.expire_all()
    rows = db.session.query(Observation).order_by(Observation.number)
    return [row.protocol_number for row in rows]


def test_the_table_goes_out_is_filled_and_comes_back(as_staff: Browser) -> None:
    factories.observation()
    factories.observation()
    table = as_staff.open(f"{BRIDGE}.csv").response.data.decode("utf-8-sig")
    assert table.splitlines() == [
        "registro;numero;protocollo;data;registro_protocollo;fascicolo;"
        "protocollo_mittente;data_mittente;registro_mittente",
        "ptm;1;;;;7.3/2017/18;;;",
        "ptm;2;;;;7.3/2017/18;;;",
    ]

    filled = table.replace("ptm;1;;", "ptm;1;0187650;2020-10-19").replace(
        "ptm;2;;", "ptm;2;0187651;19/10/2020"
    )
    done = _send(as_staff, filled)

    assert "Scritti 2 numeri di protocollo" in done.text
    assert "Ogni osservazione ha il suo numero di protocollo" in done.text
    assert _numbers() == ["0187650", "0187651"]
    first = db.session.query(Observation).filter_by(number=1).one()
    assert first.state is ObservationState.REGISTERED
    assert "Scritti 0 numeri" in _send(as_staff, filled).text


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("ptm;9;1;2020-10-19", "Riga 3: non c’è una n. 9 nel registro «ptm»."),
        ("ptm;uno;1;2020-10-19", "Riga 3: «uno» non è un numero."),
        ("ptm;1;2;2031-01-01", "Riga 3: «2031-01-01» non è un giorno, o deve ancora venire."),
        (f"ptm;1;{'9' * 41};2020-10-19", "è troppo lungo"),
        ("ptm;1;;2020-10-19", "Riga 3: manca il numero di protocollo."),
        (
            "ptm;1;2;2020-10-19",
            "Riga 3: la n. 1 ha un altro numero di protocollo in questa tabella.",
        ),
    ],
)
def test_one_wrong_line_and_nothing_is_written(as_staff: Browser, line: str, sentence: str) -> None:
    factories.observation()

    page = _send(as_staff, f"{HEAD}ptm;1;0187650;2020-10-19\n{line}\n")

    assert sentence in page.text
    assert _numbers() == [""]


def test_a_table_filled_in_part_writes_that_part_and_the_protocol_of_senders_too(
    as_staff: Browser,
) -> None:
    factories.observation()
    factories.observation()
    columns = "numero;registro;protocollo;data;fascicolo;protocollo_mittente;data_mittente"
    lines = "1;ptm;0187650;2020-10-19;7.3/2020/4;4471;2020-10-15\n2;ptm;;;;;\n"

    done = _send(as_staff, f"{columns}\n{lines}")

    assert "Scritto 1 numero di protocollo" in done.text
    assert _numbers() == ["0187650", ""]
    page = as_staff.open("/ufficio/osservazioni/ptm/1")
    assert "Fascicolo 7.3/2020/4" in page.text
    assert "Protocollo del mittente 4471 del 15 ottobre 2020" in page.text
    history = as_staff.open("/ufficio/osservazioni/ptm/1/cronologia").text
    assert "4471 del 15 ottobre 2020" in history


def test_a_number_that_was_given_is_changed_only_by_who_says_so(as_staff: Browser) -> None:
    factories.observation()
    _send(as_staff, f"{HEAD}ptm;1;0187650;2020-10-19\n")
    other = f"{HEAD}ptm;1;0187699;2020-10-19\n"

    page = _send(as_staff, other)

    assert "la n. 1 ha già il numero 0187650, e non 0187699" in page.text
    assert _numbers() == ["0187650"]
    page.submit(file=(io.BytesIO(other.encode()), "protocollo.csv"), change="y")
    assert _numbers() == ["0187699"]


def test_a_table_that_contradicts_itself_is_refused_even_if_one_line_says_what_stands(
    as_staff: Browser,
) -> None:
    factories.observation()
    line = "ptm;1;0187650;2020-10-19\n"
    page = _send(as_staff, f"{HEAD}{line}")
    both = f"{HEAD}{line}ptm;1;0187699;2020-10-19\n"

    again = page.submit(file=(io.BytesIO(both.encode()), "protocollo.csv"), change="y")

    assert "Riga 3: la n. 1 ha un altro numero di protocollo in questa tabella." in again.text
    assert _numbers() == ["0187650"]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "\x00\x01", "numero;data\n1;2020-01-01\n"])
def test_what_is_no_such_table_is_refused_with_a_sentence(as_staff: Browser, text: str) -> None:
    assert "non è un CSV con le colonne" in _send(as_staff, text).text


def test_a_table_is_never_read_in_part(as_staff: Browser) -> None:
    factories.observation()
    blank = " " * 1000 + ";;;\n"
    long = f"{HEAD}ptm;1;0187650;2020-10-19\n{blank * 6000}ptm;9;7;2020-10-19\n"

    assert "va diviso" in _send(as_staff, long).text
    assert _numbers() == [""]


def test_a_number_that_several_bear_is_shown(as_staff: Browser) -> None:
    factories.observation()
    factories.observation()
    page = _send(as_staff, f"{HEAD}ptm;1;7;2020-10-19\nptm;2;7;2020-10-19\n")

    assert page.items("[aria-labelledby=doppi] li") == ["7/2020: n. 1, n. 2"]
