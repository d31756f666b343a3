"""A feature is asked about in the dictionary: nobody reads its name apart."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Names are made here: by the features themselves, and by the plant whose features are known.
MAKERS = ("assets/gate_features", "assets/virtual_plant")
KINDS = "sensor|environment|parameter|lab|inspection|material|weighing|deviation|equipment|product"
PARSING = re.compile(
    r"(\bfeature|features\[\w+\]|col\(.feature.\))\.(str\.)?"
    r"(r?split|r?partition|starts_?with|ends_?with|extract|removeprefix|strip_prefix)"
    rf"|starts_?with\(.({KINDS})\."
)
MODULES = [
    file
    for room in ("assets", "reports", "pipelines")
    for file in sorted((ROOT / room).rglob("*.py"))
    if not str(file.relative_to(ROOT)).startswith(MAKERS)
]


@pytest.mark.parametrize(
    "line",
    [
        'parts = pl.col("feature").str.split(".").list',
        'kind = feature.split(".")[0]',
        'if name.startswith("equipment."):',
    ],
)
def test_a_parsed_name_is_seen(line: str) -> None:
    assert PARSING.search(line)


def test_no_feature_name_is_parsed_outside_the_place_that_makes_it() -> None:
    found = [
        f"{file.relative_to(ROOT)}: {line.strip()}"
        for file in MODULES
        for line in file.read_text(encoding="utf-8").splitlines()
        if PARSING.search(line)
    ]
    assert found == [], "use kind, unit_operation or quantity of feature.dictionary"
