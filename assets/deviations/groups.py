"""Groups of deviations that say nearly the same, whatever category they were filed under.

Identical texts (numbers apart) are one from the start; the rest is clustered by average linkage on
the cosine distance of TF-IDF weights, cut at a fixed distance so that groups do not depend on how
many deviations there are.
"""

import numpy as np
import polars as pl

from assets.deviations.texts import normalised, text_features
from assets.statistics.array_types import IntArray
from data_contracts.tables import columns, table

TABLE = "finding.deviation_groups"
NEAR_DISTANCE = 0.45
# Linkage compares every pair of distinct texts.
MOST_TEXTS = 3000
BY_LINKAGE = "TF-IDF of words and letters, average linkage at cosine distance 0.45"
BY_IDENTITY = "identical texts, numbers apart: too many distinct texts to compare every pair"


def deviation_groups(deviations: pl.DataFrame) -> pl.DataFrame:
    """Group deviations by their descriptions.

    Args:
        deviations: ``core.deviations``; those without a description are left out.

    Returns:
        ``finding.deviation_groups``: one row per deviation, groups numbered by size.
    """
    described = deviations.with_columns(
        text=pl.col("description").map_elements(normalised, return_dtype=pl.String)
    ).filter(pl.col("text").fill_null("") != "")
    if described.is_empty():
        return table(TABLE)
    counts = described.group_by("text").len().sort("text")
    texts, weight = counts["text"].to_list(), counts["len"].to_numpy()
    labels, similarity, middle = _clustered(texts, weight)
    of_text = pl.DataFrame(
        {"text": texts, "cluster": labels, "similarity": similarity, "middle": middle}
    )
    grouped = described.join(of_text, on="text").with_columns(
        group_size=pl.len().over("cluster"),
        categories=pl.col("category").drop_nulls().n_unique().over("cluster"),
        first=pl.col("text").min().over("cluster"),
    )
    # The representative is the text in the middle, as one of its deviations words it.
    worded = grouped.group_by("text").agg(words=pl.col("description").sort().first())
    numbered = (
        grouped.select("cluster", "group_size", "first")
        .unique()
        .sort(["group_size", "first"], descending=[True, False])
        .with_row_index("group_id", offset=1)
    )
    found = (
        grouped.join(numbered.select("cluster", "group_id"), on="cluster")
        .join(worded, left_on="middle", right_on="text")
        .with_columns(
            representative="words",
            method=pl.lit(BY_LINKAGE if len(texts) <= MOST_TEXTS else BY_IDENTITY),
        )
    )
    return table(TABLE, found.select(columns(TABLE)))


def _clustered(texts: list[str], weight: IntArray) -> tuple[list[int], list[float], list[str]]:
    """Return per text its cluster, its similarity to the middle text, and that text."""
    if len(texts) == 1 or len(texts) > MOST_TEXTS:
        return list(range(len(texts))), [1.0] * len(texts), texts
    from sklearn.cluster import AgglomerativeClustering
    from sklearn.metrics.pairwise import cosine_similarity

    near = cosine_similarity(text_features(texts)[0]).clip(0.0, 1.0)
    labels = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=NEAR_DISTANCE
    ).fit_predict(1.0 - near)
    similarity, middle = np.ones(len(texts)), list(texts)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        inside = near[np.ix_(members, members)]
        central = int((inside @ weight[members]).argmax())
        similarity[members] = inside[central]
        for member in members:
            middle[member] = texts[members[central]]
    return labels.tolist(), similarity.round(12).tolist(), middle
