"""The snapshot of the asset graph: a change to the graph shows in review as changed lines.

``python -m tests.house.write_asset_graph`` writes it anew (``make generated`` does it with the
rest), after a change that was meant.
"""

from pathlib import Path

from pipelines.build import build_definitions
from pipelines.io_managers import table_of

SNAPSHOT = Path(__file__).with_name("asset_graph.txt")


def generated() -> dict[Path, str]:
    """Return what is written where: one line per asset, its group, and what it reads."""
    graph = build_definitions().resolve_asset_graph()
    lines = []
    for key in sorted(graph.materializable_asset_keys, key=table_of):
        node = graph.get(key)
        parents = ", ".join(sorted(table_of(parent) for parent in node.parent_keys))
        lines.append(f"{table_of(key)} [{node.group_name}] <- {parents or 'nothing'}")
    return {SNAPSHOT: "\n".join(lines) + "\n"}


if __name__ == "__main__":
    for file, text in generated().items():
        file.write_text(text, encoding="utf-8")
