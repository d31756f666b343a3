"""Genealogy as somebody exports it: what cannot be is refused, with file, row and why."""

import polars as pl
import pytest

from assets.sources.importer import require_acceptable

from .conftest import PROFILE, SmallSource

MAPPED = """
  genealogy:
    file: genealogy
    columns:
      descendant_id: child
      ancestor_id: parent
      kind: kind
      quantity: kg
      ancestor_type: {column: parent_is, values: {B: batch, L: lot}}
      ancestor_material: material
      happened_at: when
    constants: {unit: kg}
outcomes:"""
HEADER = "child,parent,kind,kg,parent_is,material,when"


@pytest.fixture
def read(small_source: SmallSource):
    """Read the small source with some lines of genealogy after 98 good ones."""

    def deliver(*lines: str):
        profile = PROFILE.replace(
            "files:\n", "files:\n  genealogy: {path: genealogy.csv}\n"
        ).replace("outcomes:", MAPPED.strip("\n"))
        small_source.profile.write_text(profile)
        good = [f"B{n:03d},G{n:03d},split,10,B,,2024-01-02 08:00:00" for n in range(1, 99)]
        text = "\n".join([HEADER, *good, *lines]) + "\n"
        (small_source.data / "genealogy.csv").write_text(text)
        small_source.deliver()
        return small_source.read()

    return deliver


def test_genealogy_is_mapped_and_accepted(read) -> None:
    records = read("G001,L7,blend,2.5,L,lactose,2024-01-01 08:00:00")
    accepted = records.admissions["raw.genealogy"].accepted
    assert accepted.height == 99
    row = accepted.row(98, named=True)
    assert (row["ancestor_type"], row["ancestor_material"], row["ancestor_id"]) == (
        "lot", "lactose", "L7",
    )  # fmt: skip
    assert (row["descendant_type"], row["quantity"], row["unit"]) == ("batch", 2.5, "kg")
    assert records.quarantined().is_empty()


BAD = {
    "an edge to itself": (
        "B007,B007,rework,1,B,,",
        "no_edge_to_itself",
        "nothing is made of itself",
    ),
    "an unknown kind": ("B099,G099,melt,1,B,,", "valid_values", "kind must be one of use, interm"),
    "a negative quantity": ("B099,G099,split,-1,B,,", "range", "quantity must be at least 0"),
}


@pytest.mark.parametrize(("line", "rule", "reason"), BAD.values(), ids=BAD)
def test_an_edge_that_cannot_be_is_quarantined(read, line: str, rule: str, reason: str) -> None:
    records = read(line)
    (refused,) = records.quarantined().rows(named=True)
    assert (refused["source_file"], refused["source_row"]) == ("genealogy.csv", 100)
    assert refused["rule"] == rule
    assert refused["reason"].startswith(reason)
    require_acceptable(records.report)


def test_a_circle_is_refused_by_name(read) -> None:
    records = read("G001,B001,rework,1,B,,", "C1,C2,blend,1,B,,")
    refused = records.quarantined().filter(pl.col("rule") == "no_circle")
    assert refused["source_row"].to_list() == [2, 100]  # both edges of it, and no other
    said = (
        "nothing can be made of what it went into: batch B001 -> batch G001 -> batch B001; "
        "correct one of these edges, or leave it out"
    )
    assert set(refused["reason"]) == {said}
    account = records.report.table("raw.genealogy")
    assert (account.received, account.accepted, account.quarantined) == (100, 98, 2)
