"""Lots: who supplied them, what they are like, which batches they went into and how much."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.virtual_plant.base.randomness import Floats, choices, lognormals, uniforms
from assets.virtual_plant.declaration.plant import Material
from assets.virtual_plant.declaration.structure import Policy, draw_lots


@dataclass(frozen=True)
class Lots:
    """All lots of one material and their use.

    Attributes:
        material: The material.
        supplier: Position of the supplier, per lot.
        number: Lot number as printed by the supplier, per lot.
        batches: How many batches' worth each lot holds.
        attributes: Attribute name to value, per lot.
        use_batch: Batch of each use.
        use_lot: Lot of each use.
        use_share: Share of the batch's need taken from that lot; sums to 1 per batch.
    """

    material: Material
    supplier: NDArray[np.int64]
    number: NDArray[np.str_]
    batches: Floats
    attributes: dict[str, Floats]
    use_batch: NDArray[np.int64]
    use_lot: NDArray[np.int64]
    use_share: Floats

    def per_batch(self, lot_values: Floats, batches: int) -> Floats:
        """Average of a lot quantity over each batch's lots, weighted by amount.

        Args:
            lot_values: One value per lot.
            batches: Number of batches.

        Returns:
            One value per batch.
        """
        weights = self.use_share * lot_values[self.use_lot]
        return np.bincount(self.use_batch, weights, minlength=batches).astype(np.float64)


def make_lots(material: Material, batches: int, seed: int, policy: Policy | None = None) -> Lots:
    """Lay lots end to end along the batches in order of manufacture; a batch may use up to several.

    Args:
        material: The material.
        batches: Number of batches.
        seed: Seed of the simulation.
        policy: Window held on one variable, which may be an attribute.

    Returns:
        The lots, in order of use.
    """
    name = material.name
    upper = batches + 2
    size = 0.6 + lognormals(seed, f"{name}.batches_per_lot", upper, material.batches_per_lot)
    if not material.is_blended:
        size = np.maximum(1.0, np.round(size))
    ends = np.cumsum(size)
    count = int(np.searchsorted(ends, batches) + 1)
    size, ends = size[:count], ends[:count]
    supplier = choices(seed, f"{name}.supplier", count, material.suppliers)
    suppliers = np.array(list(material.suppliers))[supplier]
    use_batch, use_lot, use_share = _uses(ends, batches)
    return Lots(
        material=material,
        supplier=supplier,
        number=_numbers(name, supplier, seed),
        batches=size,
        attributes=draw_lots(material, suppliers, seed, policy),
        use_batch=use_batch,
        use_lot=use_lot,
        use_share=use_share,
    )


def _uses(ends: Floats, batches: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Cut [i, i + 1) of every batch at the lots' ends."""
    cuts = np.concatenate([np.arange(batches + 1.0), ends[ends < batches]])
    cuts = np.unique(np.sort(cuts))
    left, right = cuts[:-1], cuts[1:]
    use_batch = np.floor(left + 1e-9).astype(np.int64)
    use_lot = np.searchsorted(ends, left, side="right")
    return use_batch, np.minimum(use_lot, len(ends) - 1), right - left


def _numbers(material: str, supplier: NDArray[np.int64], seed: int) -> NDArray[np.str_]:
    """Lot numbers run per supplier from an own start, so two suppliers may use the same number."""
    prefix = material[:3].upper()
    start = (100 + 40 * uniforms(seed, f"{material}.lot_number", int(supplier.max()) + 1)).astype(
        int
    )
    numbers = np.empty(len(supplier), dtype="<U16")
    for s in range(int(supplier.max()) + 1):
        mine = np.flatnonzero(supplier == s)
        numbers[mine] = [f"{prefix}{start[s] + k:05d}" for k in range(len(mine))]
    return numbers
