"""What a batch inherits: by hand, through levels, and never before it was known."""

from itertools import pairwise

import polars as pl
import pytest

from assets.core.lineage.genealogy_trace import genealogy_trace
from assets.gate_features.firewall import admit
from assets.gate_features.inherited.ancestor_batches import ancestor_batch_features
from assets.gate_features.inherited.ancestor_lots import ancestor_lot_features
from assets.gate_features.inherited.ancestry import ancestry


def values(observations, gates, feature):
    found = admit(observations.values, gates).values.filter(pl.col("feature") == feature)
    return {gate: round(value, 6) for gate, value in found.select("gate", "value").iter_rows()}


@pytest.fixture
def graph(table):
    """A genealogy of (descendant, ancestor, share, known_at); what has a slash is a lot."""

    def build(*edges):
        rows = [
            {
                "descendant_type": "lot" if "/" in descendant else "batch",
                "descendant": descendant,
                "ancestor_type": "lot" if "/" in ancestor else "batch",
                "ancestor": ancestor,
                "ancestor_material": ancestor.split("/")[0] if "/" in ancestor else None,
                "kind": "intermediate",
                "share": share,
                "is_circular": False,
                "stage": 2,
                "known_at": known_at,
            }
            for descendant, ancestor, share, known_at in edges
        ]
        graph = table("core.genealogy_edges", *rows)
        return ancestry(pl.DataFrame({"batch_id": ["B1"]}), graph, genealogy_trace(graph))

    return build


def lot_result(table, *rows):
    return table(
        "core.material_attributes",
        *(
            {"material": "api", "supplier": "s", "lot": lot, "attribute": "d90_um", "value": value,
             "unit": "um", "resulted_at": at}
            for lot, value, at in rows
        ),
    )  # fmt: skip


def test_the_lots_two_levels_up_weigh_by_what_came_of_them(table, hours, gates, graph):
    """B1 is 0.6 of G1 (api of L1) and 0.4 of G2 (half L1, half L2): L1 is 0.8 of it, L2 0.2."""
    ancestors = graph(
        ("G1", "api/s/L1", 1.0, hours(1)),
        ("G2", "api/s/L1", 0.5, hours(1)),
        ("G2", "api/s/L2", 0.5, hours(1)),
        ("B1", "G1", 0.6, hours(15)),
        ("B1", "G2", 0.4, hours(16)),
    )
    built = ancestor_lot_features(
        ancestors,
        lot_result(table, ("L1", 10.0, hours(2)), ("L2", 20.0, hours(3))),
        table("core.material_usage"),
    )
    assert values(built, gates, "ancestor.api.d90_um.level2") == {2: 12.0}
    assert values(built, gates, "ancestor.api.d90_um.level2.minimum") == {2: 10.0}
    assert values(built, gates, "ancestor.api.d90_um.level2.maximum") == {2: 20.0}
    described = built.features.row(0, named=True)
    assert described["title"] == "API d90 of lots 2 levels up, by intermediates (µm)"
    assert described["quantity"] == "api.d90_um"


def test_a_lot_result_that_comes_late_reaches_later_gates_alone(table, hours, gates, graph):
    ancestors = graph(("G1", "api/s/L1", None, hours(1)), ("B1", "G1", None, hours(15)))
    built = ancestor_lot_features(
        ancestors, lot_result(table, ("L1", 10.0, hours(45))), table("core.material_usage")
    )
    assert values(built, gates, "ancestor.api.d90_um.level2") == {5: 10.0}


def test_a_way_recorded_late_is_known_late(table, hours, gates, graph):
    ancestors = graph(("G1", "api/s/L1", 1.0, hours(35)), ("B1", "G1", 1.0, hours(15)))
    built = ancestor_lot_features(
        ancestors, lot_result(table, ("L1", 10.0, hours(1))), table("core.material_usage")
    )
    assert values(built, gates, "ancestor.api.d90_um.level2") == {4: 10.0}


def test_lots_weighed_into_the_batch_itself_are_told_elsewhere(table, hours, gates, graph):
    usage = table(
        "core.material_usage", {"batch_id": "B1", "material": "api", "supplier": "s", "lot": "L1"}
    )
    ancestors = graph(("B1", "api/s/L1", 0.5, hours(1)), ("B1", "api/s/L2", 0.5, hours(1)))
    results = lot_result(table, ("L1", 10.0, hours(1)), ("L2", 20.0, hours(1)))
    built = ancestor_lot_features(ancestors, results, usage)
    assert values(built, gates, "ancestor.api.d90_um.level1") == {2: 20.0}


def test_levels_beyond_the_third_are_one_class_and_traces_are_left_out(table, hours, graph):
    chain = ["B1", "G1", "H1", "I1", "J1", "K1"]
    ancestors = graph(*((a, b, 1.0, hours(1)) for a, b in pairwise(chain)))
    of_b1 = ancestors.filter(batch_id="B1").sort("node")
    assert dict(of_b1.select("node", "level").iter_rows()) == {
        "G1": 1, "H1": 2, "I1": 3, "J1": 4, "K1": 4,
    }  # fmt: skip
    heel = graph(*((a, b, 0.01, hours(1)) for a, b in pairwise(chain)))
    assert heel.filter(batch_id="B1")["node"].to_list() == ["G1", "H1"]  # 1e-2, 1e-4, not 1e-6


@pytest.fixture
def of_batches(table, gates, graph):
    """Features of ancestor batches of B1, a rework of A1, from some records."""

    def build(known_at, *more, **records):
        names = ("parameters", "lab_results", "outcomes", "outcome_margins")
        given = {name: records.get(name, table(f"core.{name}")) for name in names}
        ancestors = graph(*(more or [("B1", "A1", 1.0, known_at)]))
        return ancestor_batch_features(
            ancestors,
            **given,
            batch_gates=records.get("gates", gates),
            deciding=records.get("deciding", ()),
        )

    return build


def results(table, *rows):
    return table(
        "core.lab_results",
        *(
            {"batch_id": batch, "stage": 6, "test": "assay_pct", "sample_no": 1, "value": value,
             "unit": "%", "resulted_at": at}
            for batch, value, at in rows
        ),
    )  # fmt: skip


RESULT = "ancestor_batch.lab.assay_pct.level1"


def test_a_parents_result_counts_from_when_it_was_known(table, hours, gates, of_batches):
    early = of_batches(hours(12), lab_results=results(table, ("A1", 93.0, hours(5))))
    assert values(early, gates, RESULT) == {2: 93.0}
    late = of_batches(hours(12), lab_results=results(table, ("A1", 93.0, hours(55))))
    assert values(late, gates, RESULT) == {6: 93.0}
    never = of_batches(hours(12), lab_results=results(table, ("A1", 93.0, hours(80))))
    assert values(never, gates, RESULT) == {}


def test_a_parents_result_nobody_dated_is_left_out(table, hours, gates, of_batches):
    undated = of_batches(hours(12), lab_results=results(table, ("A1", 93.0, None)))
    assert values(undated, gates, RESULT) == {}
    untimed = gates.with_columns(gate_at=pl.lit(None, pl.Datetime("us")))
    built = of_batches(hours(12), lab_results=results(table, ("A1", 93.0, hours(5))), gates=untimed)
    assert values(built, untimed, RESULT) == {}


def test_one_sample_filed_under_both_is_the_batchs_own(table, hours, gates, of_batches):
    """The result that decides B1 stands under A1 too: it must not return as its parent's."""
    both = results(table, ("A1", 93.0, hours(5)), ("B1", 93.0, hours(5)))
    failed = table(
        "core.outcomes",
        {
            "batch_id": "A1",
            "outcome": "failure",
            "is_failure": True,
            "known_at": hours(5),
            "status": "known",
        },
    )
    assert of_batches(hours(12), lab_results=both, outcomes=failed).values.is_empty()
    other = results(table, ("A1", 93.0, hours(5)), ("B1", 93.0, hours(65)))
    built = of_batches(hours(12), lab_results=other, outcomes=failed)
    assert values(built, gates, RESULT) == {2: 93.0}
    assert values(built, gates, "ancestor_batch.failed.failure.level1") == {2: 1.0}


def margin(table, quantity, *, is_censored=False):
    return table(
        "core.outcome_margins",
        {"batch_id": "A1", "outcome": "failure", "quantity": quantity,
         "measured_quantity": quantity, "limit": "low", "margin": 0.4,
         "is_censored": is_censored},
    )  # fmt: skip


def decision(table, at):
    return table(
        "core.outcomes",
        {"batch_id": "A1", "outcome": "failure", "is_failure": at is not None or None,
         "known_at": at, "status": "known" if at else "pending"},
    )  # fmt: skip


def parameter(table, batch_id, name, value, at):
    return table(
        "core.parameters",
        {"batch_id": batch_id, "stage": 4, "parameter": name, "value": value, "recorded_at": at},
    )


MARGIN = "ancestor_batch.margin.assay_pct.level1"


def test_a_parents_margin_is_known_when_its_result_is(table, hours, gates, of_batches):
    """Decided at hour 5 by something else, measured at 55; or measured at 25 and undecided."""
    late = of_batches(
        hours(12),
        outcomes=decision(table, hours(5)),
        outcome_margins=margin(table, "assay_pct"),
        lab_results=results(table, ("A1", 93.0, hours(55))),
    )
    assert values(late, gates, MARGIN) == {6: 0.4}
    undecided = of_batches(
        hours(12),
        outcomes=decision(table, None),
        outcome_margins=margin(table, "assay_pct"),
        lab_results=results(table, ("A1", 93.0, hours(25))),
    )
    assert values(undecided, gates, MARGIN) == {3: 0.4}


def test_a_parameter_that_decides_the_parent_is_a_result(table, hours, gates, of_batches):
    """Nothing undated and nothing filed under both, as for results; its margin goes with it."""
    name = "ancestor_batch.yield_pct.level1"

    def built(at, *more):
        return of_batches(
            hours(12),
            parameters=pl.concat([parameter(table, "A1", "yield_pct", 80.0, at), *more]),
            outcomes=decision(table, hours(5)),
            outcome_margins=margin(table, "yield_pct"),
            deciding=["yield_pct"],
        )

    assert values(built(hours(45)), gates, name) == {5: 80.0}
    assert values(built(hours(45)), gates, "ancestor_batch.margin.yield_pct.level1") == {5: 0.4}
    assert values(built(None), gates, name) == {}
    same = parameter(table, "B1", "yield_pct", 80.0, hours(45))
    assert values(built(hours(45), same), gates, name) == {}


def test_a_parent_counts_by_its_share_however_often_it_was_sampled(table, hours, gates, of_batches):
    """A1 is a hundredth of B1 and has three samples of 0, the last late; A2 is the rest, at 100."""
    samples = [("A1", 0.0, 5), ("A1", 0.0, 5), ("A2", 100.0, 5), ("A1", 60.0, 45)]
    tested = pl.concat(
        [
            results(table, (batch, value, hours(at))).with_columns(sample_no=pl.lit(n, pl.Int64))
            for n, (batch, value, at) in enumerate(samples)
        ]
    )
    parts = [("B1", "A1", 0.01, hours(12)), ("B1", "A2", 0.99, hours(12))]
    built = of_batches(None, *parts, lab_results=tested)
    assert values(built, gates, RESULT) == {2: 99.0, 5: 99.2}  # of A1 then 0 + 0 + 60 over 3


def test_a_limit_of_a_lot_or_batch_behind_is_no_value_of_it(table, hours, gates, graph, of_batches):
    beyond = pl.lit("left")
    ancestors = graph(("G1", "api/s/L1", 1.0, hours(1)), ("B1", "G1", 1.0, hours(15)))
    lots = lot_result(table, ("L1", 10.0, hours(2))).with_columns(censoring=beyond)
    of_lots = ancestor_lot_features(ancestors, lots, table("core.material_usage"))
    assert values(of_lots, gates, "ancestor.api.d90_um.level2") == {}
    assert values(of_lots, gates, "ancestor.api.d90_um.level2.at_limit_share") == {2: 1.0}
    tested = results(table, ("A1", 93.0, hours(5))).with_columns(censoring=beyond)
    built = of_batches(
        hours(12),
        lab_results=tested,
        outcomes=decision(table, hours(5)),
        outcome_margins=margin(table, "assay_pct", is_censored=True),
    )
    assert values(built, gates, RESULT) == values(built, gates, MARGIN) == {}
    assert values(built, gates, f"{RESULT}.at_limit_share") == {2: 1.0}
    described = built.features.filter(feature=f"{RESULT}.at_limit_share").row(0, named=True)
    assert described["unit"] == "1"


def test_a_parents_margin_and_parameters(table, hours, gates, of_batches):
    built = of_batches(
        hours(12),
        parameters=table(
            "core.parameters",
            {"batch_id": "A1", "stage": 4, "parameter": "granulation_moisture_pct", "value": 2.5,
             "unit": "%"},
        ),
        outcomes=table(
            "core.outcomes",
            {"batch_id": "A1", "outcome": "failure", "is_failure": False, "known_at": hours(25),
             "status": "known"},
        ),
        outcome_margins=margin(table, "assay_pct"),
        lab_results=results(table, ("A1", 93.0, hours(25))),
    )  # fmt: skip
    moisture = "ancestor_batch.granulation_moisture_pct.level1"
    assert values(built, gates, moisture) == {2: 2.5}  # on record before A1 was used
    assert values(built, gates, "ancestor_batch.margin.assay_pct.level1") == {3: 0.4}
    assert values(built, gates, "ancestor_batch.failed.failure.level1") == {3: 0.0}
    titles = dict(built.features.select("feature", "title").iter_rows())
    assert titles[moisture] == ("Granulation moisture of parent batches, by intermediates (%)")
