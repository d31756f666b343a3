"""One list of features behind the kernel, the contract and the documentation."""

from assets.sensor_features.registry import COUNTS, FEATURES, GOLDEN, NAMES
from data_contracts.catalogue import contract

GOLDEN_NAMES = tuple(feature.name for feature in GOLDEN)
DESCRIBED = contract("feature.sensor_phase_features")
KEYS = ("batch_id", "stage", "unit_procedure", "phase", "tag", "unit")


def test_the_contract_has_exactly_the_registered_features_in_order() -> None:
    assert DESCRIBED.column_names == (*KEYS, "month", *NAMES, *GOLDEN_NAMES, "known_at")


def test_there_are_the_features_an_engineer_reads_off() -> None:
    assert len(NAMES) >= 45


def test_counts_are_whole_numbers() -> None:
    whole = {n for n in (*NAMES, *GOLDEN_NAMES) if DESCRIBED.column(n).physical_type == "BIGINT"}
    assert whole == {*COUNTS, "golden_batches"}


def test_every_feature_says_how_it_is_computed_and_when_it_is_not() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(feature.formula for feature in FEATURES)
    required = {n for n in NAMES if DESCRIBED.column(n).is_required}
    assert required <= {feature.name for feature in FEATURES if not feature.undefined}
