"""A small plant with a planted precursor, made and searched once for the whole folder."""

from dataclasses import replace

import pytest

from assets.precursors.study import precursor_tables
from benchmarks.studies.precursor_plants import precursor_plant

DRAWS, BATCHES = 200, 800


@pytest.fixture(scope="package")
def planted():
    return precursor_plant("planted", 4, BATCHES)


@pytest.fixture(scope="package")
def found(planted):
    return precursor_tables(planted.records, draws=DRAWS, seed=1)


@pytest.fixture(scope="package")
def with_records(planted):
    """Search the plant again with some of its tables replaced."""

    def search(**tables):
        return precursor_tables(replace(planted.records, **tables), draws=100, seed=1)

    return search
