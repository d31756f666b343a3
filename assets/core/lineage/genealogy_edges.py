"""The graph of what was made of what: delivered edges and the lots weighed into batches, together.

A lot in a batch may be told twice, by the genealogy and by the use of material: it is one edge.
Circles that one delivery held were refused when it came; those that two deliveries make together
are marked here, and no trace follows them.
"""

import numpy as np
import polars as pl

from assets.statistics.lineage_graph import in_cycles
from data_contracts.codes.records import GenealogyKind, GenealogyNode
from data_contracts.measurement_units import known_unit
from data_contracts.tables import columns, table

NOT_STATED = "not_stated"
PAIR = ["descendant_type", "descendant", "ancestor_type", "ancestor"]
FRACTION = "fraction"
WHOLE = 1.001  # parts of a whole that are rounded may sum to a little more


def genealogy_edges(
    delivered: pl.DataFrame, material_usage: pl.DataFrame, material_lots: pl.DataFrame
) -> pl.DataFrame:
    """Put delivered edges and used lots into one graph, with shares, each pair once.

    Args:
        delivered: ``raw.genealogy`` as known, its own columns.
        material_usage: ``raw.material_usage`` as known. Where an edge is in both, amount and
            instant are taken from here as far as they are given, the kind from the genealogy.
        material_lots: ``raw.material_lots`` as known: a lot that the genealogy names by its number
            alone is the one lot of that number.

    Returns:
        ``core.genealogy_edges``; ``share`` is the amount over all amounts of the descendant, or
        over the amount made where that is stated and larger.
    """
    known = pl.concat(
        [frame.select("material", "supplier", "lot") for frame in (material_usage, material_lots)]
    ).unique(maintain_order=True)
    edges = _once(pl.concat([_used(material_usage), _delivered(delivered, known)]))
    if edges.is_empty():
        return table("core.genealogy_edges")
    shared = _with_shares(edges).with_columns(is_circular=_is_circular(edges))
    return table("core.genealogy_edges", shared.select(columns("core.genealogy_edges")))


def lot_key(material: str = "material", supplier: str = "supplier", lot: str = "lot") -> pl.Expr:
    """Return how a lot is named in the graph: material/supplier/number."""
    return pl.concat_str(material, supplier, lot, separator="/")


def _used(usage: pl.DataFrame) -> pl.DataFrame:
    return usage.select(
        descendant_type=pl.lit(GenealogyNode.BATCH),
        descendant="batch_id",
        ancestor_type=pl.lit(GenealogyNode.LOT),
        ancestor=lot_key(),
        ancestor_material="material",
        kind=pl.lit(GenealogyKind.USE),
        quantity="quantity",
        made=pl.lit(None, pl.Float64),
        unit="unit",
        stage="stage",
        happened_at="used_at",
        known_at="used_at",
        is_use=pl.lit(value=True),
    )


def _delivered(edges: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    for side in ("descendant", "ancestor"):
        edges = _with_known_lot(edges, side, known)
    is_lot = pl.col("ancestor_type") == GenealogyNode.LOT
    return edges.sort("happened_at", "charge_no", maintain_order=True).select(
        "descendant_type",
        _node("descendant").alias("descendant"),
        "ancestor_type",
        _node("ancestor").alias("ancestor"),
        ancestor_material=pl.when(is_lot).then("ancestor_material"),
        kind="kind",
        quantity="quantity",
        made="descendant_quantity",
        unit="unit",
        stage="stage",
        happened_at="happened_at",
        known_at=pl.coalesce("recorded_at", "happened_at"),
        is_use=pl.lit(value=False),
    )


def _node(side: str) -> pl.Expr:
    lot = lot_key(f"{side}_material", f"{side}_supplier", f"{side}_id")
    is_lot = pl.col(f"{side}_type") == GenealogyNode.LOT
    return pl.when(is_lot).then(lot).otherwise(pl.col(f"{side}_id"))


def _with_known_lot(edges: pl.DataFrame, side: str, known: pl.DataFrame) -> pl.DataFrame:
    """Give lots named in part the material and supplier of the one known lot they can be."""
    names = {"material": f"{side}_material", "supplier": f"{side}_supplier", "lot": f"{side}_id"}
    is_lot = pl.col(f"{side}_type") == GenealogyNode.LOT
    for by in (["material", "lot"], ["lot"]):
        single = (
            known.group_by(by)
            .agg(pl.len(), pl.col("material", "supplier").first().name.suffix("_one"))
            .filter(pl.col("len") == 1)
            .select(*by, "material_one", "supplier_one")
        )  # fmt: skip
        given = {names[each] for each in by}
        open_ones = [name for name in ("material", "supplier") if names[name] not in given]
        is_open = pl.all_horizontal(pl.col(names[each]) == NOT_STATED for each in open_ones)
        is_found = is_lot & is_open & pl.col("supplier_one").is_not_null()
        edges = (
            edges.join(
                single, left_on=[names[each] for each in by], right_on=by, how="left",
                maintain_order="left",
            )
            .with_columns(
                pl.when(is_found).then(f"{each}_one").otherwise(names[each]).alias(names[each])
                for each in ("material", "supplier")
            )
            .drop("material_one", "supplier_one")
        )  # fmt: skip
    return edges


def _once(edges: pl.DataFrame) -> pl.DataFrame:
    """One row per pair: charges are summed, a use that is told twice counts once."""
    told = edges.group_by([*PAIR, "is_use"], maintain_order=True).agg(
        pl.col("ancestor_material", "kind").first(),
        # one charge of unknown amount makes the sum unknown, and so do two units
        quantity=pl.when(pl.col("quantity").is_null().any() | (pl.col("unit").n_unique() > 1))
        .then(None)
        .otherwise(pl.col("quantity").sum()),
        made=pl.col("made").max(),
        unit=pl.col("unit").first(),
        stage=pl.col("stage").max(),
        happened_at=pl.col("happened_at").max(),
        known_at=pl.col("known_at").max(),
    )
    has_amount = pl.col("quantity").is_not_null()
    known_at = pl.col("known_at").drop_nulls()
    amount_at = pl.col("known_at").filter(has_amount).first()
    return (
        told.sort("is_use", descending=True, maintain_order=True)
        .group_by(PAIR, maintain_order=True)
        .agg(
            pl.col("ancestor_material").first(),
            kind=pl.col("kind").last(),
            quantity=pl.col("quantity").filter(has_amount).first(),
            unit=pl.coalesce(pl.col("unit").filter(has_amount).first(), pl.col("unit").first()),
            made=pl.col("made").max(),
            stage=pl.col("stage").first(),
            happened_at=pl.col("happened_at").drop_nulls().first(),
            # what the use leaves open is known when the genealogy says it
            known_at=pl.max_horizontal(known_at.first(), amount_at),
        )
        .sort(PAIR)
    )


def _is_circular(edges: pl.DataFrame) -> pl.Series:
    child, parent, nodes = coded(edges)
    return pl.Series(in_cycles(child, parent, nodes.height))


def coded(edges: pl.DataFrame) -> tuple[np.ndarray, np.ndarray, pl.DataFrame]:
    """Number the nodes of a graph.

    Args:
        edges: ``core.genealogy_edges``, or at least its four columns of the pair.

    Returns:
        Per edge the codes of descendant and ancestor, and one row per node in the order of the
        codes: type, node, material (null for a batch, and for a lot nothing was made of).
    """
    ends = [
        edges.select(
            type=f"{side}_type",
            node=side,
            material=pl.col("ancestor_material") if side == "ancestor" else pl.lit(None, pl.String),
        )
        for side in ("ancestor", "descendant")
    ]
    nodes = (
        pl.concat(ends)
        .group_by("type", "node")
        .agg(pl.col("material").drop_nulls().first())
        .sort("type", "node")
        .with_row_index("code")
    )
    codes = [
        edges.select(type=f"{side}_type", node=side)
        .join(nodes, on=["type", "node"], how="left", maintain_order="left")["code"]
        .cast(pl.Int64)
        .to_numpy()
        for side in ("descendant", "ancestor")
    ]
    return codes[0], codes[1], nodes


def _with_shares(edges: pl.DataFrame) -> pl.DataFrame:
    units = {text: known_unit(text) for text in edges["unit"].unique().to_list()}
    dimension = {text: one.dimension if one else text or "" for text, one in units.items()}
    factor = {text: one.factor if one else 1.0 for text, one in units.items()}
    unit = pl.col("unit")
    made = ["descendant_type", "descendant"]
    scaled = edges.with_columns(
        of=unit.replace_strict(dimension, return_dtype=pl.String),
        factor=unit.replace_strict(factor, return_dtype=pl.Float64),
    ).with_columns(amount=pl.col("quantity") * pl.col("factor"))
    stated = (pl.col("made") * pl.col("factor")).max().over(made)
    summed = pl.when(pl.col("amount").is_not_null().all().over(made)).then(
        pl.col("amount").sum().over(made)
    )
    is_parts = pl.col("of") == FRACTION
    total = (
        pl.when(is_parts & (pl.col("amount").sum().over(made) <= WHOLE))
        .then(1.0)
        .when(~is_parts & (stated.is_not_null() | summed.is_not_null()))
        .then(pl.max_horizontal(stated, pl.col("amount").sum().over(made)))
    )
    of_one_kind = pl.col("of").filter(pl.col("amount").is_not_null()).n_unique().over(made) == 1
    return scaled.with_columns(
        share=pl.when(of_one_kind & (total > 0)).then(
            (pl.col("amount") / total).clip(upper_bound=1.0)
        )
    )
