"""Features that come with the order itself: product, size, place, position in the campaign."""

import polars as pl

from assets.gate_features.observed.observations import Observations, placed, shaped, together
from assets.gate_features.observed.titles import title

TABLE = "core.batches"
MIN_SHARE_OF_CAMPAIGNS = 0.5
# column, kind, quantity, title, whether it is the product's identity
CATEGORIES = (
    ("product", "product", "code", "product code", True),
    ("strength", "product", "strength", "strength", True),
    ("site", "equipment", "site", "site", False),
    ("line", "equipment", "line", "line", False),
)


def context_features(batches: pl.DataFrame) -> Observations:
    """Build product identity, batch size, site, line and campaign position.

    ``campaign.position`` is 1 for the first batch of a campaign in production order; it is left
    out where campaigns are known for fewer than half of the batches, because unknown members
    would be missed in the count. All are known when the batch is ordered.

    Args:
        batches: ``core.batches``.

    Returns:
        Observations of what the source records of these.
    """
    parts = [_category(batches, *category) for category in CATEGORIES]
    size = placed(batches, TABLE, "batch_size").with_columns(
        feature=pl.lit("product.batch_size"), value=pl.col("batch_size")
    )
    parts.append(
        shaped(
            size.drop_nulls("value"),
            _described("batch_size", "product", "batch_size", "batch size", True),
        )
    )
    are_campaigns_known = pl.col("campaign_id").count() >= MIN_SHARE_OF_CAMPAIGNS * pl.len()
    position = (
        placed(batches, TABLE, "campaign_id")
        .filter(are_campaigns_known & pl.col("campaign_id").is_not_null())
        .sort("production_order", "batch_id")
        .with_columns(
            feature=pl.lit("campaign.position"),
            value=pl.int_range(1, pl.len() + 1).over("campaign_id"),
        )
    )
    parts.append(
        shaped(
            position,
            _described(
                "campaign_id", "campaign", "position", "position in campaign", False
            ).with_columns(
                formula=pl.lit("rank of production_order within the campaign"), unit=pl.lit("1")
            ),
        )
    )
    return together(parts)


def _category(
    batches: pl.DataFrame, column: str, kind: str, quantity: str, words: str, is_identity: bool
) -> Observations:
    rows = placed(batches, TABLE, column).with_columns(
        feature=pl.lit(f"{kind}.{quantity}"), level=pl.col(column).cast(pl.String)
    )
    return shaped(
        rows.drop_nulls("level"),
        _described(column, kind, quantity, words, is_identity).with_columns(
            data_type=pl.lit("categorical")
        ),
    )


def _described(
    column: str, kind: str, quantity: str, words: str, is_identity: bool
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "feature": [f"{kind}.{quantity}"],
            "title": [title(words)],
            "unit_operation": ["order"],
            "kind": [kind],
            "source_table": [TABLE],
            "source_column": [column],
            "quantity": [quantity],
            "measured_quantity": [column],
            "formula": [f"{column} of the batch"],
            "description": [f"{words.capitalize()}, known when the batch is ordered."],
            "is_product_identity": [is_identity],
        }
    )
