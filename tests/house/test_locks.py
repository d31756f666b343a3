"""The lock files: hashes, no address, the same pins, and each complete in itself.

What is installed here stands for what a lock file would install: needs of other platforms and
Pythons are the resolver's business.
"""

import re
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
BASE, DEV, SPARK = (f"requirements{name}.lock" for name in ("", "-dev", "-spark"))
LOCKS = (BASE, DEV, SPARK)
# Never where the product alone is installed: they cost size, or a reviewer's time.
FOR_TESTS = {"pytest", "mypy", "ruff", "tsfresh", "playwright", "hypothesis", "duckdb-cli"}


def pinned(lock: str) -> dict[str, list[Requirement]]:
    """What a lock file pins, by name; once for each marker."""
    found: dict[str, list[Requirement]] = {}
    text = (ROOT / lock).read_text(encoding="utf-8")
    for line in re.findall(r"^(\S[^\\\n]*==[^\\\n]*)\\$", text, re.M):
        one = Requirement(line)
        found.setdefault(canonicalize_name(one.name), []).append(one)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_nothing_else_is_written(lock: str) -> None:
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        assert re.match(
            r"#|    # |    --hash=sha256:[0-9a-f]{64}|[\w.\[\]-]+==[\w.]+( ; .+)? \\$", line
        )


def test_what_stands_in_two_files_is_pinned_alike() -> None:
    base, dev, spark = (
        {name: {str(one.specifier) for one in pins} for name, pins in pinned(lock).items()}
        for lock in LOCKS
    )
    for one, other in ((base, dev), (base, spark), (dev, spark)):
        shared = one.keys() & other.keys()
        assert {name: one[name] for name in shared} == {name: other[name] for name in shared}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_holds_all_its_packages_need(lock: str) -> None:
    pins = pinned(lock)
    here = [one for each in pins.values() for one in each if is_here(one)]
    missing = {
        f"{one.name} needs {need}"
        for one in here
        for need in needs(one)
        if canonicalize_name(need) not in pins
    }
    assert not missing


def test_the_product_is_installed_without_what_tests_need() -> None:
    assert not pinned(BASE).keys() & (FOR_TESTS | {"pyspark", "py4j"})
    assert pinned(DEV).keys() >= FOR_TESTS
    assert "pyspark" in pinned(SPARK)


def is_here(one: Requirement, extra: str = "") -> bool:
    """Whether a requirement counts on this platform."""
    asked = {str(key): str(value) for key, value in default_environment().items()}
    return one.marker is None or one.marker.evaluate(asked | {"extra": extra})


def needs(one: Requirement) -> Iterator[str]:
    """Names of what a package needs here, for the extras it is asked with."""
    for need in map(Requirement, requires(one.name) or []):
        if any(is_here(need, extra) for extra in ("", *one.extras)):
            yield need.name
