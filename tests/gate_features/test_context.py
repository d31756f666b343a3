"""What comes with the order: identity, and the position in a campaign in order of production."""

import polars as pl

from assets.gate_features.observed.context import context_features


def batch(number, **columns):
    return {
        "batch_id": f"B{number}",
        "production_order": number,
        "cluster_id": f"B{number}",
        **columns,
    }


def test_position_counts_within_the_campaign_in_production_order(table):
    batches = table(
        "core.batches",
        batch(3, campaign_id="C1"),
        batch(1, campaign_id="C1"),
        batch(2, campaign_id="C2"),
        batch(4),
    )
    values = context_features(batches).values.filter(pl.col("feature") == "campaign.position")
    assert dict(values.select("batch_id", "value").iter_rows()) == {"B1": 1.0, "B2": 1.0, "B3": 2.0}


def test_there_is_no_position_where_most_campaigns_are_unknown(table):
    batches = table("core.batches", batch(1, campaign_id="C1"), batch(2), batch(3))
    assert context_features(batches).values.is_empty()


def test_product_strength_and_size_are_the_identity_and_the_line_is_not(table):
    batches = table("core.batches", batch(1, product="P", strength="5MG", batch_size=2e5, line="L"))
    features = context_features(batches).features
    identity = dict(features.select("feature", "is_product_identity").iter_rows())
    assert identity["product.code"]
    assert identity["product.strength"]
    assert identity["product.batch_size"]
    assert not identity["equipment.line"]
