"""Steps of colour: each value has one, and more never looks like less."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ptm_participation.reporting.steps import scale

counts = st.integers(0, 12) | st.integers(0, 2_000_000)
rates = st.decimals(0, 10_000, places=2)


@given(largest=counts, values=st.lists(counts, min_size=2))
def test_counts_keep_their_order_and_nothing_stands_alone_in_white(
    largest: int, values: list[int]
) -> None:
    found = scale(max(largest, *values), whole=True)

    steps = [found.step_of(value) for value in sorted(values)]

    assert steps == sorted(steps)
    assert all(0 <= step <= 4 for step in steps)
    assert [step == 0 for step in steps] == [value == 0 for value in sorted(values)]


@given(largest=counts, value=counts)
def test_a_count_stands_in_the_one_class_whose_words_hold_it(largest: int, value: int) -> None:
    found = scale(largest, whole=True)

    edges = [0, *found.bounds[1:]]
    holding = [0] if value == 0 else []
    holding += [n for n in (1, 2, 3) if edges[n - 1] < value <= edges[n]]
    holding += [4] if value > edges[3] else []
    assert holding == [found.step_of(value)]
    assert [step.index for step in found.steps] == [0, 1, 2, 3, 4]


@given(values=st.lists(rates, min_size=1))
def test_rates_keep_their_order_on_a_ladder_of_round_numbers(values: list[Decimal]) -> None:
    found = scale(max(values), whole=False)

    steps = [found.step_of(value) for value in sorted(values)]

    assert steps == sorted(steps)
    assert all(str(bound).strip("0.").rstrip("0")[:1] in "125" for bound in found.bounds[1:])
    assert max(values) <= found.bounds[3] * 5


def test_a_process_like_the_ptm_s_has_the_steps_that_people_count_by() -> None:
    assert [step.label for step in scale(17, whole=True).steps][:4] == ["0", "1", "2", "3–5"]


def test_a_large_process_does_not_fill_the_last_step() -> None:
    labels = [step.label for step in scale(5_000, whole=True).steps]

    assert labels[:4] == ["0", "1–200", "201–500", "501–1.000"]
