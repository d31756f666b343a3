"""Ids that differ only by case or blanks: most often one thing written in two ways."""

from collections.abc import Iterator

import polars as pl

from assets.sources.prospects.judged_source import JudgedSource
from assets.sources.reporting.source_findings import SHOWN, SourceFinding, counted

IDS = ("batch_id", "equipment_id", "lot", "supplier", "material", "product", "campaign_id")


def identifier_findings(source: JudgedSource) -> Iterator[SourceFinding]:
    """Look for ids of one kind, over all tables, that differ only by case or blanks.

    Yields:
        A warning per id in the rarer spelling, at most ten per kind.
    """
    for name in IDS:
        found = [
            admission.accepted.select(
                "source_file", "source_row", id=pl.col(name), table=pl.lit(table)
            )
            for table, admission in source.admissions.items()
            if name in admission.accepted.columns
        ]
        yield from _spellings(source, name, pl.concat(found).drop_nulls("id"))


def _spellings(source: JudgedSource, name: str, ids: pl.DataFrame) -> Iterator[SourceFinding]:
    spelt = ids.group_by("id", maintain_order=True).agg(
        pl.col("table", "source_file", "source_row").first(), count=pl.len()
    )
    plain = pl.col("id").str.to_lowercase().str.replace_all(r"\s", "")
    spelt = spelt.with_columns(plain=plain).filter(pl.len().over("plain") > 1)
    usual = spelt.sort("count", descending=True, maintain_order=True).unique(
        "plain", keep="first", maintain_order=True
    )
    rare = spelt.join(usual.select("plain", usual="id", often="count"), on="plain")
    rare = rare.filter(pl.col("id") != pl.col("usual"))
    for row in rare.head(SHOWN).iter_rows(named=True):
        table = row["table"].removeprefix("raw.")
        yield SourceFinding(
            "ids_differ_by_spelling",
            is_error=False,
            problem=f"this {name} is spelt so on {counted(row['count'], 'record')} and "
            f"'{row['usual']}' on {row['often']:,}; they count as two. If they are one, say so "
            "under 'values:'",
            file=row["source_file"],
            line=row["source_row"],
            column=source.delivered_column(table, name),
            value=row["id"],
            count=row["count"],
        )
    if rare.height > SHOWN:
        more = rare.height - SHOWN
        yield SourceFinding(
            "ids_differ_by_spelling",
            is_error=False,
            problem=f"{more} further ids of this kind differ only by case or blanks",
            column=name,
            count=more,
        )
