"""What an outcome may not use: features refused by meaning or time, or under an open question."""

import polars as pl

from data_contracts.tables import table


def withheld_features(
    refused_features: pl.DataFrame, leak_questions: pl.DataFrame, dictionary: pl.DataFrame
) -> pl.DataFrame:
    """Put together what no model, rule, card or price of an outcome may rest on.

    Args:
        refused_features: ``evidence.refused_features``.
        leak_questions: ``evidence.leak_questions``; an open question withholds every feature of
            the quantity it is about.
        dictionary: ``feature.dictionary``.

    Returns:
        ``evidence.withheld_features``.
    """
    asked = leak_questions.filter(~pl.col("is_answered")).select("outcome", "quantity")
    named = dictionary.select("feature", quantity=pl.coalesce("quantity", "feature"))
    open_ones = asked.unique().join(named, on="quantity").select("outcome", "feature")
    pairs = pl.concat([refused_features.select("outcome", "feature"), open_ones])
    return table("evidence.withheld_features", pairs.unique())
