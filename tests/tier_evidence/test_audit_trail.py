"""The audit trail seals each entry with the one before, and takes none after a break."""

import json

import polars as pl
import pytest

from data_contracts.errors import WarehouseError
from data_contracts.tier_protocol.entries import FrozenProtocol
from tests.tier_evidence.conftest import SOURCE, noted
from warehouse.noted.audit_trail import CHAIN, audit_trail
from warehouse.paths import Home


@pytest.fixture
def filled(home: Home, frozen: FrozenProtocol) -> Home:
    noted(home, "frozen", frozen, "A. Author", frozen.canonical.decode())
    noted(home, "approved", frozen, "Q. Unit")
    return home


def test_audit_trail_says_who_did_what(filled: Home, frozen: FrozenProtocol) -> None:
    trail = audit_trail(filled, SOURCE)
    assert trail.select("entry", "action", "who").rows() == [
        (1, "frozen", "A. Author"),
        (2, "approved", "Q. Unit"),
    ]
    assert trail["previous_hash"].to_list() == ["0" * 64, trail["entry_hash"][0]]
    assert CHAIN.breaks(trail) == []
    assert FrozenProtocol.of_bytes(trail["what"][0]).protocol_id == frozen.protocol_id


@pytest.mark.parametrize("column", ["who", "what", "action", "protocol_id", "account"])
def test_an_altered_entry_breaks_the_chain(filled: Home, column: str) -> None:
    trail = audit_trail(filled, SOURCE)
    altered = trail.with_columns(
        pl.when(pl.col("entry") == 1).then(pl.lit("other")).otherwise(column).alias(column)
    )
    assert CHAIN.breaks(altered)[0].endswith("is not what was sealed")


def test_a_broken_trail_takes_no_more(filled: Home, frozen: FrozenProtocol) -> None:
    file = filled.audit_trail_file(SOURCE)
    first, second = file.read_text(encoding="utf-8").splitlines()
    said = json.loads(first) | {"who": "Somebody else"}
    file.write_text(f"{json.dumps(said)}\n{second}\n", encoding="utf-8")
    before = file.read_bytes()
    with pytest.raises(WarehouseError, match="is not as it was sealed: entry 1 "):
        noted(filled, "approved", frozen, "Q. Unit")
    assert file.read_bytes() == before


def test_a_removed_entry_is_missed(filled: Home) -> None:
    trail = audit_trail(filled, SOURCE)
    assert CHAIN.breaks(trail.filter(pl.col("entry") > 1)) == ["entry 2 follows entry 0"]
