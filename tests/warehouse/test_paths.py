"""Sources are kept apart, however their folder is spelt."""

from pathlib import Path

from warehouse.paths import Home, source_key


def test_a_source_is_a_profile_and_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    key = source_key("plant", tmp_path / "a")
    assert key == source_key("plant", tmp_path / "b" / ".." / "a")
    assert key != source_key("plant", tmp_path / "b")
    assert key != source_key("other", tmp_path / "a")
    assert key.startswith("plant-")


def test_everything_lies_under_the_home() -> None:
    home = Home(Path("var"))
    paths = [
        home.working_file("k"), home.readings_dir("k"), home.published_file, home.reports_dir,
        home.lock_file, home.simulated_dir, home.dagster_dir, home.spill_dir, home.releases_dir,
        home.published_source_file, home.data_docs_dir, home.latest_link,
    ]  # fmt: skip
    assert all(path.is_relative_to("var") for path in paths)
    assert home.published_file == Path("var/published/warehouse.duckdb")
