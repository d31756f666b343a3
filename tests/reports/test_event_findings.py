"""The sections on events: findings shown under a signal, sentences where there is nothing."""

import re

import polars as pl
import pytest

from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform, empty
from data_contracts.tables import columns, table
from reports.claims import evaluate
from reports.figures.patterns import escape_matrix, precursor_timeline
from reports.wording import event_name
from tests.reports.whole_report import render

TABLES = ("precursors", "precursor_searches", "event_sequences", "deviation_recurrence",
          "deviation_groups", "deviation_category_suggestions", "capa_effectiveness",
          "escape_matrix", "paths")  # fmt: skip
RATES = (91, 43, 800, 18, 0.47, 0.37, 0.57, 0.022, 0.45, 0.35, 0.55, 21.0, 12.0, 36.0)
EFFECT = dict(zip(columns("finding.event_sequences")[-14:], RATES, strict=True))


def _text(html):
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("&#39;", "'").split())


def _put(plant, **frames):
    for name in TABLES:
        frame = frames.get(name, empty(contract(f"finding.{name}")))
        plant.put(f"finding.{name}", conform(frame, contract(f"finding.{name}")))
    plant.put("evidence.claims", evaluate(plant.query))
    return render(plant)


@pytest.fixture(scope="module")
def findings():
    found = {"outcome": "failure", "event_type": "equipment.breakdown.compression",
             "scope": "equipment", "kind": "equipment", "rank": 1, "score": 9.0,
             "p_value_family": 0.001, "is_found": True, "is_leading": True, "lag_from_h": 4.0,
             "lag_until_h": 160.0, "lag_until_low_h": 140.0, "lag_until_high_h": 220.0,
             "lag_h": 92.0, "lag_low_h": 64.0, "lag_high_h": 111.0, "later_standing": "held",
             "later_exposed": 44, "later_failures": 19, "later_expected": 8.2,
             "p_value_later": 0.004}  # fmt: skip
    search = {"outcome": "failure", "verdict": "found", "reason": "At least one kind of event."}
    steps = {"outcome": "failure", "sequence": "deviation.weighing > equipment.cleaning.coating",
             "rank": 1, "length": 2, "score": 6.0, "p_value_family": 0.01, "is_found": True,
             "searched": 900}  # fmt: skip
    cells = [("failed_batch", "4", "6", 22, 17, 2, "5940000.00", False),
             ("failed_batch", "unknown", "6", 3, 0, None, "810000.00", False)]  # fmt: skip
    names = ["item", "origin", "detection", "items", "confirmed_origins", "stages_escaped",
             "cost_usd", "is_proxy"]  # fmt: skip
    return {
        "precursors": table("finding.precursors", [found | EFFECT]),
        "precursor_searches": table("finding.precursor_searches", [search]),
        "event_sequences": table("finding.event_sequences", [steps | EFFECT]),
        "escape_matrix": pl.DataFrame(cells, schema=names, orient="row").with_columns(
            pl.col("cost_usd").cast(pl.Decimal(18, 2))
        ),
    }


def test_a_precursor_is_shown_with_rates_lag_and_picture(signal_plant, findings):
    html = _put(signal_plant, **findings)
    text = _text(html)
    assert "breakdown (compression), same equipment" in text
    assert "43 of 91 47% (37% to 57%)" in text
    assert "160 (140 to 220)" in text
    assert "weighing deviation then cleaning (coating)" in text
    assert html.count('"precursor_timeline[failure]"') == 2


def test_a_precursor_says_how_it_stood_on_later_batches(signal_plant, findings):
    text = _text(_put(signal_plant, **findings))
    told = text[text.index("seen again") :][:90]
    assert told.startswith("seen again: 19 of 44 failed, 8.2 expected (p 0.004"), told
    later = ("later_exposed", "later_failures", "later_expected", "p_value_later")
    few = (
        findings["precursors"]
        .with_columns(pl.lit(None).alias(name) for name in later)
        .with_columns(later_standing=pl.lit("too_few_to_tell"))
    )
    text = _text(_put(signal_plant, **findings | {"precursors": few}))
    assert "too few to tell" in text
    assert "8.2 expected" not in text


def test_without_a_signal_the_finding_is_held_back(mix_plant, findings):
    frames = {
        name: frame.with_columns(outcome=pl.lit("dissolution_min_below_80"))
        if "outcome" in frame.columns
        else frame
        for name, frame in findings.items()
    }
    html = _put(mix_plant, **frames)
    assert "kept in <code>finding.precursors</code> and not shown as a finding" in html
    assert "breakdown (compression)" not in html


def test_escapes_name_their_cost_and_unknown_stays(signal_plant, findings):
    text = _text(_put(signal_plant, **findings))
    assert "22 failed batches were seen at a later stage than the one they began at" in text
    assert "cost $5.94M" in text
    assert "Of 3 more it is unknown" in text


def test_empty_tables_read_as_sentences(signal_plant):
    text = _text(_put(signal_plant))
    for sentence in (
        "No outcome was searched for events before failures",
        "The source records no deviations",
        "there is nothing that could have escaped",
        "the paths of batches are not known",
    ):
        assert sentence in text


def test_figures_survive_a_single_row_and_unknown_alone(findings):
    one = findings["precursors"].with_columns(lag_h=pl.lit(None, pl.Float64))
    assert precursor_timeline.draw(one).layout.height > 0
    unknown = (
        findings["escape_matrix"]
        .tail(1)
        .with_columns(pl.col("cost_usd").cast(pl.Float64), detection=pl.lit("unknown"))
    )
    assert len(escape_matrix.draw(unknown).data[0].z) == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [("deviation.weighing", "weighing deviation"), ("hold.a_to_b", "long hold a to b"),
     ("excursion.coating.inlet_air_c", "excursion of inlet air c in coating")],
)  # fmt: skip
def test_events_are_named_in_words(code, words):
    assert event_name(code) == words
