"""What a promise says each lever holds: read as it stands, and refused where nobody could."""

from fractions import Fraction
from types import SimpleNamespace

import pytest
import yaml

from data_contracts.assumption_schema.promise import read_promise
from data_contracts.assumptions import HeldLever, Promise
from data_contracts.errors import AssumptionError

PROMISE = """
promise: {started_on: 2027-01-01, failure_prob_before: 0.03, failure_prob_promised: 0.01,
  owner: Head of production}
"""
HELD = PROMISE.replace(
    "production}",
    "production, held: [{lever: hold.failure, feature: moisture_pct, low: 1.8, high: 2.5, "
    "adherence: 0.9}, {lever: lots, feature: d50_um, high: -3.5, adherence: 1}]}",
)
LEVERS = [
    SimpleNamespace(name="hold", kind="window"),
    SimpleNamespace(name="lots", kind="lots"),
    SimpleNamespace(name="alert", kind="alert"),
]


def _promised(text: str) -> Promise:
    block = yaml.load(text, Loader=yaml.BaseLoader)["promise"]
    return read_promise(block, LEVERS, "prices.yaml: promise")  # type: ignore[arg-type]


def test_what_a_promise_holds_is_read_as_it_stands():
    assert _promised(PROMISE).held == ()
    assert _promised(HELD).held == (
        HeldLever("hold.failure", "moisture_pct", 1.8, 2.5, Fraction(9, 10)),
        HeldLever("lots", "d50_um", None, -3.5, Fraction(1)),
    )
    assert [each.outcome for each in _promised(HELD).held] == ["failure", None]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "lever: hold.failure",
            "lever: holt",
            r"entry 1: there is no lever named 'holt'.*hold",
        ),
        ("lever: lots", "lever: alert", "entry 2: the lever 'alert' is of kind alert"),
        ("lever: hold.failure", "lever: hold.", "ends in a dot"),
        ("lever: hold.failure", "lever: lots", "'lots' is written twice"),
        ("low: 1.8", "low: 2.6", "low 2.6 must lie below high 2.5"),
        ("low: 1.8", "low: 2.5", "low 2.5 must lie below high 2.5"),
        ("low: 1.8, high: 2.5, ", "", "nothing is held; state low, high, or both"),
        ("low: 1.8", "low: dry", "low: 'dry' is not a number"),
        ("adherence: 0.9", "adherence: 1.2", "adherence 1.2 must lie above 0"),
        ("adherence: 0.9", "adherence: 0", "adherence 0 must lie above 0"),
        ("adherence: 0.9", "adherence: -0.1", "negative"),
        ("feature: d50_um, ", "", "'feature' is missing"),
        ("feature: d50_um", "parameter: d50_um", "'parameter' is not a known entry"),
        ("held: [", "held: [soon, ", "entry 1: expected named entries"),
    ],
)
def test_what_nobody_could_hold_is_refused(old, new, said):
    with pytest.raises(AssumptionError, match=said):
        _promised(HELD.replace(old, new))


@pytest.mark.parametrize("nothing", ["[]", "''", "{lever: hold}"])
def test_a_promise_that_holds_nothing_is_refused(nothing):
    with pytest.raises(AssumptionError, match="held: needs a list with one entry for each lever"):
        _promised(PROMISE.replace("production}", f"production, held: {nothing}}}"))
