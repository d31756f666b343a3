"""Which node of a genealogy went into which other, through how many levels, and how much of it.

Nodes are numbered; an edge goes from a parent (what was used) to a child (what was made). Here
belong the sums over paths and the search for circles; what the nodes are is known elsewhere.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from assets.statistics.array_types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class LineagePairs:
    """Every pair of a node and one of its ancestors.

    Attributes:
        descendant: Code of the node.
        ancestor: Code of the ancestor.
        share: Share (0 to 1) of the ancestor in the node; NaN where not known.
        levels: Edges on the shortest way between them, 1 or more.
        most_levels: Edges on the longest.

    Examples:
        >>> found = lineage_shares(np.array([1]), np.array([0]), np.array([0.5]), 2)
        >>> [column.tolist() for column in found.columns()]
        [[1], [0], [0.5], [1], [1]]
    """

    descendant: IntArray
    ancestor: IntArray
    share: FloatArray
    levels: IntArray
    most_levels: IntArray

    def columns(self) -> tuple[IntArray, IntArray, FloatArray, IntArray, IntArray]:
        """Return descendant, ancestor, share, levels and most_levels."""
        return self.descendant, self.ancestor, self.share, self.levels, self.most_levels


def lineage_shares(
    child: IntArray, parent: IntArray, share: FloatArray, nodes: int
) -> LineagePairs:
    """Sum the shares of all ancestors of all nodes over all ways between them.

    The share of an ancestor is the product of the shares along a way, summed over the ways. Where
    one share on any way is not known, neither is the sum.

    Args:
        child: Per edge, the node made; no circles.
        parent: Per edge, the node used.
        share: Per edge, the share (0 to 1) of what was made that the parent is; NaN not known.
        nodes: Number of nodes.

    Returns:
        One entry per pair, by descendant, then ancestor.

    Source: Vazsonyi (1954), the Gozinto matrix: the sum of the powers of the matrix of direct use.

    Examples:
        >>> found = lineage_shares(np.array([1, 2]), np.array([0, 1]), np.array([0.5, 0.5]), 3)
        >>> found.descendant.tolist(), found.ancestor.tolist(), found.share.tolist()
        ([1, 2, 2], [0, 0, 1], [0.5, 0.25, 0.5])
    """
    shape, is_unknown = (nodes, nodes), ~np.isfinite(share)
    used = _matrix(np.ones(child.size), child, parent, shape)
    direct = _matrix(np.where(is_unknown, 0.0, share), child, parent, shape)
    gaps = _matrix(np.ones(is_unknown.sum()), child[is_unknown], parent[is_unknown], shape)
    is_positive = bool((direct.data > 0).all())  # then its powers have the ways of ``used``
    ways, parts, unknown = [_ones(used)], [direct], _ones(gaps)
    gap = unknown
    while ways[-1].nnz:
        if unknown.nnz:
            gap = _ones(ways[-1] @ gaps + gap @ used)
            unknown = _ones(unknown + gap)
        parts.append(parts[-1] @ direct)
        ways.append(_ones(parts[-1].copy() if is_positive else ways[-1] @ used))
    return _pairs(ways[:-1], _summed(parts), unknown)


def _pairs(
    ways: list[sparse.csr_matrix], total: sparse.csr_matrix, unknown: sparse.csr_matrix
) -> LineagePairs:
    """Read the matrices off in one order; shares of zero may be nowhere in theirs."""
    nodes = total.shape[0]
    longest, nearest = _levels(ways)
    row, column = _places(longest)
    share = np.zeros(row.size)
    if total.nnz == row.size and not unknown.nnz:
        share = total.data
    else:
        place = row * nodes + column
        for matrix, is_gap in ((total, False), (unknown, True)):
            rows, columns = _places(matrix)
            at = np.searchsorted(place, rows * nodes + columns)
            share[at] = np.nan if is_gap else matrix.data
    return LineagePairs(
        descendant=row,
        ancestor=column,
        share=np.minimum(share, 1.0),
        levels=nearest.data.astype(np.int64),
        most_levels=longest.data.astype(np.int64),
    )


def _levels(ways: list[sparse.csr_matrix]) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Longest and shortest way per pair, as sorted matrices of one structure."""
    longest = _summed([way * level for level, way in enumerate(ways, start=1)])
    if longest.nnz == sum(way.nnz for way in ways):  # no pair is joined by ways of two lengths
        return longest, longest
    most = len(ways) + 1
    longest, nearest = ways[0], ways[0] * (most - 1)
    for level, way in enumerate(ways[1:], start=2):
        longest = longest.maximum(way * level)
        nearest = nearest.maximum(way * (most - level))
    longest.sort_indices()
    nearest.sort_indices()
    nearest.data = most - nearest.data
    return longest, nearest


def _summed(matrices: list[sparse.csr_matrix]) -> sparse.csr_matrix:
    """The sum of many matrices, sorted; adding one by one copies the sum each time."""
    rows = np.concatenate([np.repeat(np.arange(m.shape[0]), np.diff(m.indptr)) for m in matrices])
    columns = np.concatenate([m.indices for m in matrices])
    return _matrix(np.concatenate([m.data for m in matrices]), rows, columns, matrices[0].shape)


def _places(matrix: sparse.csr_matrix) -> tuple[IntArray, IntArray]:
    """Rows and columns of a matrix's entries, sorted."""
    matrix.sort_indices()
    row = np.repeat(np.arange(matrix.shape[0], dtype=np.int64), np.diff(matrix.indptr))
    return row, matrix.indices.astype(np.int64)


def _matrix(
    values: FloatArray, child: IntArray, parent: IntArray, shape: tuple[int, int]
) -> sparse.csr_matrix:
    matrix = sparse.csr_matrix((values, (child, parent)), shape=shape)
    matrix.sum_duplicates()  # and sorts
    return matrix


def _ones(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """Ones where a matrix has entries."""
    matrix.data = np.ones_like(matrix.data)
    return matrix


def in_cycles(child: IntArray, parent: IntArray, nodes: int) -> BoolArray:
    """Tell of each edge whether it lies on a circle: its ends reach each other.

    Args:
        child: Per edge, the node made.
        parent: Per edge, the node used.
        nodes: Number of nodes.

    Source: strongly connected components, Tarjan (1972).

    Examples:
        >>> in_cycles(np.array([1, 0, 2]), np.array([0, 1, 1]), 3).tolist()
        [True, True, False]
    """
    graph = sparse.csr_matrix((np.ones(child.size), (parent, child)), shape=(nodes, nodes))
    component = csgraph.connected_components(graph, connection="strong")[1]
    return np.asarray(component[child] == component[parent])


def cycles_by_node(child: IntArray, parent: IntArray) -> dict[int, list[int]]:
    """Return of every node on a circle one short circle it is on, as things were made.

    Args:
        child: Per edge, the node made; each edge lies on a circle (``in_cycles``).
        parent: Per edge, the node used.

    Returns:
        Node -> the nodes of a circle in order, the first once more at the end. Nodes of one circle
        may share it.

    Examples:
        >>> cycles_by_node(np.array([1, 0]), np.array([0, 1]))
        {0: [0, 1, 0], 1: [0, 1, 0]}
    """
    made: dict[int, list[int]] = {}
    for one, other in sorted(zip(parent.tolist(), child.tolist(), strict=True)):
        made.setdefault(one, []).append(other)
    found: dict[int, list[int]] = {}
    for start in made:
        if start not in found:
            way = _way_back(made, start)
            found |= {node: way for node in way if node not in found}
    return found


def _way_back(made: dict[int, list[int]], start: int) -> list[int]:
    came: dict[int, int] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for other in made.get(node, []):
            if other == start:
                way = [node]
                while way[-1] != start:
                    way.append(came[way[-1]])
                return [*reversed(way), start]
            if other not in came:
                came[other] = node
                waiting.append(other)
    return []
