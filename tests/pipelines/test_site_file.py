"""The site file: what it says, and that what it cannot mean is told by file, line and key."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assets.sources.inputs import hash_file
from benchmarks.foreign_plants.kinds import foreign_table
from benchmarks.foreign_plants.sources import write_source
from data_contracts.errors import ProfileError, UsageError
from pipelines.site.asked import asked, find_site, home_of, nights
from pipelines.site.first_site import found_sources, site_text
from pipelines.site.last_requests import key_of, remember, remembered_of
from pipelines.site.nothing_new import is_nothing_new, remember_seen
from pipelines.site.run_request import RunRequest
from pipelines.site.site_file import Site, read_site
from warehouse.paths import Home

WHOLE = """\
home: data/home
timezone: Europe/Zurich
sources:
  tablets:
    profile: tabletting
    data: exports
    assumptions: prices.yaml
    seed: 7
    quick: true
    schedules: {nightly: "30 2 * * *", refit: "0 4 1 * *"}
    watch_files: true
  other:
    profile: profiles/other.yaml
    data: /srv/other
alerts:
  webhook: https://chat.example.com/hooks/1
  email: {to: [a@example.com, b@example.com], from: lotwise@example.com, server: mail, port: 587,
          starttls: true}
"""


def site_of(folder: Path, text: str) -> Site:
    file = folder / "lotwise.yaml"
    file.write_text(text, encoding="utf-8")
    return read_site(file)


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    site = site_of(tmp_path, WHOLE)
    assert site.home == tmp_path / "data" / "home"
    tablets, other = site.sources["tablets"], site.sources["other"]
    assert (tablets.profile, other.profile) == ("tabletting", str(tmp_path / "profiles/other.yaml"))
    assert (tablets.data, other.data) == (tmp_path / "exports", Path("/srv/other"))
    assert tablets.assumptions == tmp_path / "prices.yaml"
    assert (tablets.seed, other.seed) == (7, 1)
    assert tablets.crons == {"nightly": "30 2 * * *", "refit": "0 4 1 * *"}
    assert (tablets.runs_by_itself, other.runs_by_itself) == (True, False)
    assert site.timezone == "Europe/Zurich"
    assert site.alerts.email is not None
    assert site.alerts.email.to == ("a@example.com", "b@example.com")
    assert (site.alerts.email.port, site.alerts.email.has_starttls) == (587, True)


@pytest.mark.parametrize(
    ("said", "instead", "place", "problem"),
    [
        ("30 2 * * *", "99 2 * * *", "line 10, sources.tablets.schedules.nightly", "no cron line"),
        ("Europe/Zurich", "Zurich", "line 2, timezone", "no time zone"),
        ("  tablets:", "  two words:", "line 4, sources.two words", "is no name"),
        ("seed: 7", "seed: 1.5", "line 8, sources.tablets.seed", "whole number"),
        ("watch_files", "watch_file", "line 11", "did you mean 'watch_files'?"),
        ("https://chat", "chat", "line 16, alerts.webhook", "https://"),
        ("a@example.com", "nobody", "line 17, alerts.email.to", "no mail address"),
        ("port: 587", "port: 0.5", "alerts.email.port", "1 to 65535"),
        ("    profile: tabletting\n", "", "sources.tablets", "'profile' is missing"),
        ("    data: exports\n", "", "", ""),
    ],
)
def test_what_it_cannot_mean_is_told(
    tmp_path: Path, said: str, instead: str, place: str, problem: str
) -> None:
    text = WHOLE.replace(said, instead)
    if not problem:  # the profile itself may say where its files are
        assert site_of(tmp_path, text).sources["tablets"].data is None
        return
    with pytest.raises(ProfileError) as told:
        site_of(tmp_path, text)
    assert "lotwise.yaml" in str(told.value)
    assert place in str(told.value)
    assert problem in str(told.value)


def test_a_schedule_on_the_simulated_plant_is_refused(tmp_path: Path) -> None:
    text = 'sources: {demo: {profile: virtual_plant, schedules: {nightly: "0 2 * * *"}}}'
    with pytest.raises(ProfileError, match="simulates a plant, so nothing new ever comes in"):
        site_of(tmp_path, text)
    plain = site_of(tmp_path, "sources: {demo: {profile: virtual_plant}}")
    assert not plain.sources["demo"].runs_by_itself


def test_commands_take_from_the_site_what_was_not_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = site_of(tmp_path, WHOLE)
    monkeypatch.chdir(tmp_path)
    options: dict[str, Any] = {"data": None, "home": None, "assumptions": None, "seed": None}
    request = asked("tablets", **options)
    assert request == RunRequest.of_source(site, site.sources["tablets"])
    assert asked("tablets", **options | {"seed": 3}).seed == 3
    assert asked("tablets", **options | {"data": Path("/new")}).data == Path("/new")
    assert home_of(None) == site.home
    with pytest.raises(UsageError, match=r"several sources; say which .*: other, tablets"):
        asked(None, **options)
    assert list(nights(None, None)) == ["tablets", "other"]
    elsewhere = asked("tabletting", **options | {"home": tmp_path / "elsewhere"})
    assert (elsewhere.source, elsewhere.home) == ("tabletting", tmp_path / "elsewhere")


def test_the_environment_may_name_the_site_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = site_of(tmp_path, WHOLE)
    monkeypatch.setenv("LOTWISE_SITE", str(site.file))
    assert find_site() == site
    monkeypatch.setenv("LOTWISE_SITE", str(tmp_path / "none.yaml"))
    with pytest.raises(UsageError, match=r"LOTWISE_SITE names .*none\.yaml, and there is no such"):
        find_site()


def test_without_a_site_file_a_night_asks_for_what_was_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    home = Home(tmp_path / "var")
    with pytest.raises(UsageError, match="Run 'lotwise run' for it first"):
        nights(None, None)
    request = RunRequest(Path("var"), "profiles/own.yaml", Path("exports"), is_quick=True, seed=5)
    home.work_dir("own-1234abcd").mkdir(parents=True)
    remember(home, "own-1234abcd", request.settings())
    monkeypatch.chdir("/")
    (again,) = nights(None, home.root).values()
    assert again.source == str(tmp_path / "profiles" / "own.yaml")
    assert again.data == tmp_path / "exports"
    assert (again.is_quick, again.seed, again.home) == (True, 5, home.root)
    assert key_of(home, again) == "own-1234abcd"
    assert key_of(home, RunRequest(home.root, "tabletting")) is None
    with pytest.raises(UsageError, match=r"Known here: .*own\.yaml"):
        remembered_of(home, "tabletting")
    (home.work_dir("own-1234abcd") / "request.json").write_text("{")
    assert key_of(home, again) is None


def test_a_first_site_file_is_one_that_can_be_read(tmp_path: Path) -> None:
    home = Home(tmp_path / "a home, with a comma")
    home.work_dir("tabletting-00000000").mkdir(parents=True)
    (tmp_path / "exports").mkdir()
    request = RunRequest(home.root, "tabletting", tmp_path / "exports", seed=2)
    remember(home, "tabletting-00000000", request.settings())
    home.work_dir("virtual_plant-00000000").mkdir(parents=True)
    simulated = RunRequest(home.root, "virtual_plant")
    remember(home, "virtual_plant-00000000", simulated.settings())
    (tmp_path / "no_profile.yaml").write_text("a: b")
    sources = found_sources(tmp_path, home.root)
    assert list(sources) == ["tabletting"]
    site = site_of(tmp_path, site_text(tmp_path, home.root, "UTC", sources, "15 3 * * *"))
    (found,) = site.sources.values()
    assert (found.name, found.profile, found.data) == ("tabletting", "tabletting", request.data)
    assert found.crons["nightly"] == "15 3 * * *"
    assert set(found.crons) == {"nightly", "refit", "self_test"}
    assert (site.home, found.is_watched) == (home.root, True)


def test_a_night_over_the_same_contents_is_not_run(tmp_path: Path) -> None:
    """New are another content, another file, a file less, another profile or another setting."""
    profile = write_source(foreign_table("null_ar80", 1), tmp_path)
    file, home = tmp_path / "batches.csv", Home(tmp_path / "home")
    home.work_dir("plant").mkdir(parents=True)
    home.published_file.parent.mkdir(parents=True)
    home.published_file.touch()
    request = RunRequest(home.root, str(profile), tmp_path)
    read, delivered = {"batches.csv": hash_file(file)}, file.read_text()

    def is_nothing_new_for(asked: RunRequest) -> bool:
        return is_nothing_new(home, "plant", asked)

    assert not is_nothing_new_for(request)
    remember_seen(home, "plant", request, read, before_ns=file.stat().st_mtime_ns + 1)
    assert is_nothing_new_for(request)
    os.utime(file, ns=(5, 5))  # delivered again, the same content
    assert is_nothing_new_for(request)
    assert not is_nothing_new_for(replace(request, seed=2))
    file.write_text(delivered.replace("1", "2", 1))  # as long as before
    assert not is_nothing_new_for(request)
    file.write_text(delivered)
    assert is_nothing_new_for(request)
    profile.write_text(profile.read_text() + "# a note\n")
    assert not is_nothing_new_for(request)
    remember_seen(home, "plant", request, read, before_ns=0)
    assert is_nothing_new_for(request)
    home.unfinished_file("plant").touch()
    assert not is_nothing_new_for(request)
    home.unfinished_file("plant").unlink()
    file.unlink()
    assert not is_nothing_new_for(request)
    remember_seen(home, "plant", request, read, before_ns=0)  # moved away during the run
    file.write_text(delivered)
    assert not is_nothing_new_for(request)
