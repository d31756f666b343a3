"""Three worked genealogies: failures that share an ancestor are one failure, counted by hand.

The effective count is Kish's: failures over the design effect, which is the sum of squared cluster
residuals (failures less batches times rate) times g / (g - 1) over n p (1 - p).
"""

from fractions import Fraction

import polars as pl
import pytest

from assets.core.lineage.batch_clusters import PARENT_BATCH, lineages
from assets.core.lineage.genealogy_edges import genealogy_edges
from assets.core.lineage.genealogy_trace import genealogy_trace, largest_shares
from assets.failure_models.dataset.failure_dependence import ancestor_groups, counted
from data_contracts.tables import table

DAY = "2024-01-01"


def edge(descendant, ancestor, quantity, kind="intermediate", **ends):
    """An edge between two batches; ``ends`` turns an end into a lot of a material."""
    row = {"kind": kind, "quantity": quantity, "unit": "kg", "charge_no": 1, "stage": 2}
    for side, name in (("descendant", descendant), ("ancestor", ancestor)):
        material = ends.get(f"{side}_material")
        row |= {
            f"{side}_type": "lot" if material else "batch",
            f"{side}_material": material or "not_stated",
            f"{side}_supplier": "not_stated",
            f"{side}_id": name,
        }
    return row


def judged(edges, batches, failed, base=None):
    """Lineages and clusters of some edges, and the failures of each way of sharing."""
    graph = genealogy_edges(
        pl.DataFrame(edges, schema_overrides={"happened_at": pl.Datetime("us")}).with_columns(
            happened_at=pl.lit(None, pl.Datetime("us")),
            recorded_at=pl.lit(None, pl.Datetime("us")),
            descendant_quantity=pl.lit(None, pl.Float64),
        ),
        table("core.material_usage"),
        table("core.material_lots"),
    )
    own = pl.DataFrame({"batch_id": batches, "cluster_id": base or [f"batch/{b}" for b in batches]})
    found, clusters = lineages(genealogy_trace(graph), own, largest_shares(graph))
    label = pl.DataFrame({"batch_id": batches, "is_failure": [b in failed for b in batches]})
    by_lineage = {name: groups for _, name, groups in ancestor_groups(found)}
    return clusters, by_lineage, label


def count(label, groups, column="group"):
    return counted(label.join(groups.rename({column: "group"}), on="batch_id"))


def effective(failures: int, batches: int, clusters: list[tuple[int, int]]) -> float:
    """Kish's count by hand: clusters as (failures, batches) of every cluster."""
    p = Fraction(failures, batches)
    squares = sum((Fraction(f) - n * p) ** 2 for f, n in clusters)
    effect = Fraction(len(clusters), len(clusters) - 1) * squares / (batches * p * (1 - p))
    return float(failures / max(effect, Fraction(1)))


def test_a_split_intermediate_is_one_failure() -> None:
    """Twelve granulation batches of 36 finished ones, three each.

    All three of G1 and of G2 fail, and one of G3: 7 failures, by hand 3 events. Residuals: twice
    3 - 3 x 7/36, once 1 - 21/36, nine times -21/36: 7 failures are worth 2.4.
    """
    batches = [f"F{g}.{k}" for g in range(1, 13) for k in "abc"]
    edges = [edge(b, f"G{b[1:-2]}", 100.0, "split") for b in batches]
    failed = {"F1.a", "F1.b", "F1.c", "F2.a", "F2.b", "F2.c", "F3.b"}
    clusters, by_lineage, label = judged(edges, batches, failed)
    for found in (count(label, by_lineage[PARENT_BATCH]), count(label, clusters, "cluster_id")):
        assert (found["failures"], found["groups_with_failures"], found["groups"]) == (7, 3, 12)
        by_hand = effective(7, 36, [(3, 3), (3, 3), (1, 3), *[(0, 3)] * 9])
        assert found["failures_effective"] == pytest.approx(by_hand)
        assert by_hand == pytest.approx(2.43, abs=0.005)


def test_a_grandparent_lot_is_one_failure() -> None:
    """Ten lots of active, each in two granulation batches, each of those in two finished batches.

    All four batches of lot A1 fail, and both of one granulation batch of lot A2: 6 failures, by
    hand 2 lots. Residuals: 4 - 0.6, 2 - 0.6, eight times -0.6; 6 failures are worth 1.7. Active is
    a tenth of the mass of a batch, and all of its active is of one lot: mass alone would miss it.
    Filler comes in one lot for everything and joins nothing.
    """
    batches, edges = [], []
    for lot in range(1, 11):
        for g in "xy":
            granulate = f"G{lot}{g}"
            edges += [
                edge(granulate, f"A{lot}", 10.0, "use", ancestor_material="active"),
                edge(granulate, "F", 90.0, "use", ancestor_material="filler"),
            ]
            for k in "12":
                batches.append(f"T{lot}{g}{k}")
                edges.append(edge(batches[-1], granulate, 50.0, "split"))
    failed = {"T1x1", "T1x2", "T1y1", "T1y2", "T2x1", "T2x2"}
    clusters, by_lineage, label = judged(edges, batches, failed)
    assert set(by_lineage) == {PARENT_BATCH, "active"}
    by_batch = count(label, by_lineage[PARENT_BATCH])
    assert (by_batch["groups"], by_batch["groups_with_failures"]) == (20, 3)
    for found in (count(label, by_lineage["active"]), count(label, clusters, "cluster_id")):
        assert (found["failures"], found["groups_with_failures"], found["groups"]) == (6, 2, 10)
        by_hand = effective(6, 40, [(4, 4), (2, 4), *[(0, 4)] * 8])
        assert found["failures_effective"] == pytest.approx(by_hand)
        assert by_hand == pytest.approx(1.68, abs=0.005)


def test_a_reworked_batch_is_one_failure_and_a_heel_is_none() -> None:
    """36 batches, each four fifths its own granulate and one fifth the heel of the one before.

    F1 fails, is reworked into R1, and R1 fails too: one event. F5 and F6 fail, joined by a heel of
    a fifth alone: two events. 4 failures of 37 batches, by hand 3: residuals 2 - 8/37, twice
    1 - 4/37, 33 times -4/37; they are worth 2.7.
    """
    batches = [f"F{k}" for k in range(1, 37)]
    edges = [edge(b, f"G{b[1:]}", 80.0) for b in batches]
    edges += [edge(f"F{k}", f"G{k - 1}", 20.0, "blend") for k in range(2, 37)]
    edges.append(edge("R1", "F1", 95.0, "rework"))
    clusters, by_lineage, label = judged(edges, [*batches, "R1"], {"F1", "R1", "F5", "F6"})
    for found in (count(label, by_lineage[PARENT_BATCH]), count(label, clusters, "cluster_id")):
        assert (found["failures"], found["groups_with_failures"], found["groups"]) == (4, 3, 36)
        by_hand = effective(4, 37, [(2, 2), (1, 1), (1, 1), *[(0, 1)] * 33])
        assert found["failures_effective"] == pytest.approx(by_hand)
        assert by_hand == pytest.approx(2.69, abs=0.005)


def test_campaigns_joined_by_a_shared_parent_are_one_cluster() -> None:
    batches = [f"B{k}" for k in range(40)]
    campaigns = [f"campaign/C{k // 2:02d}" for k in range(40)]
    edges = [edge("B1", "G", 50.0, "split"), edge("B2", "G", 50.0, "split")]
    clusters, _, _ = judged(edges, batches, set(), campaigns)
    found = dict(clusters.iter_rows())
    assert {found[f"B{k}"] for k in range(4)} == {"lineage/campaign/C00"}
    assert found["B4"] == "campaign/C02"


def test_lineages_that_would_join_too_many_batches_are_counted_but_not_clustered() -> None:
    """Campaigns of four, each two handed on to the next by a shared parent: one chain of 40."""
    batches = [f"B{k:02d}" for k in range(40)]
    campaigns = [f"campaign/C{k // 4:02d}" for k in range(40)]
    edges = [
        edge(batches[k + d], f"G{k}", 50.0, "split") for k in range(3, 39, 4) for d in range(2)
    ]
    clusters, by_lineage, _ = judged(edges, batches, set(), campaigns)
    assert clusters["cluster_id"].n_unique() == 10
    assert by_lineage[PARENT_BATCH]["group"].n_unique() == 40 - 9


def test_lineages_coarser_than_what_they_run_across_stand_instead() -> None:
    """Threes of neighbours and parents of five: joined they are fifteens, so the fives stand."""
    batches = [f"B{k:02d}" for k in range(40)]
    threes = [f"campaign/C{k // 3:02d}" for k in range(40)]
    edges = [edge(b, f"G{k // 5}", 50.0, "split") for k, b in enumerate(batches)]
    clusters, _, _ = judged(edges, batches, set(), threes)
    assert clusters["cluster_id"].n_unique() == 8
    assert clusters["cluster_id"][7] == "lineage/parent_batch/B05"


def test_amounts_nobody_says_count_in_equal_parts() -> None:
    """A batch of one parent of unknown amount is all of it; of two half each, which is not more."""
    batches = [f"B{k}" for k in range(30)]
    edges = [edge("B0", "G", None), edge("B1", "G", None), edge("B2", "G", None),
             edge("B2", "H", None), edge("B3", "H", None)]  # fmt: skip
    clusters, _, _ = judged(edges, batches, set())
    found = dict(clusters.iter_rows())
    assert found["B0"] == found["B1"]
    assert len({found[b] for b in ("B0", "B2", "B3")}) == 3


def test_a_parent_of_a_known_hundredth_is_no_parent_of_the_whole() -> None:
    """What went into G nobody says; that G is a hundredth of B0 and B1 somebody does."""
    batches = [f"B{k}" for k in range(30)]
    edges = [edge(b, "G", 0.01) | {"unit": "share"} for b in ("B0", "B1")]
    edges += [edge("G", "X", None)]
    clusters, _, _ = judged(edges, batches, set())
    assert clusters["cluster_id"].n_unique() == 30
    # the rest of B2 and B3 is H, whatever amount of it was left out
    edges += [edge(b, "H", None) | {"unit": "share"} for b in ("B2", "B3")]
    edges += [edge(b, "G", 0.01) | {"unit": "share"} for b in ("B2", "B3")]
    found = dict(judged(edges, batches, set())[0].iter_rows())
    assert found["B2"] == found["B3"] != found["B0"] != found["B1"]


def test_without_genealogy_clusters_are_as_they_were() -> None:
    own = pl.DataFrame({"batch_id": ["B1", "B2"], "cluster_id": ["campaign/C", "campaign/C"]})
    usage = table("core.material_usage", [
        {"batch_id": b, "material": "api", "supplier": "s", "lot": "L", "quantity": 1.0,
         "unit": "kg", "stage": 2} for b in ("B1", "B2")
    ])  # fmt: skip
    nothing = pl.DataFrame(
        schema={**dict.fromkeys(edge("a", "b", 1.0), pl.String), "happened_at": pl.Datetime("us"),
                "recorded_at": pl.Datetime("us"), "descendant_quantity": pl.Float64}
    ).cast({"quantity": pl.Float64, "stage": pl.Int64, "charge_no": pl.Int64})  # fmt: skip
    graph = genealogy_edges(nothing, usage, table("core.material_lots"))
    assert graph.height == 2
    found, clusters = lineages(genealogy_trace(graph), own, largest_shares(graph))
    assert found.is_empty()
    assert clusters.equals(own)
