"""``lotwise what-if`` on a finished run: answers, refusals with their exit codes, and no traces."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.site.asked_windows import remember_asked
from warehouse.paths import Home

Lotwise = Callable[..., subprocess.CompletedProcess[str]]
MOISTURE = "granulation_end_moisture_pct in [1.8, 2.5]"


def _hash(home: Path) -> str:
    return hashlib.sha256(Home(home).published_file.read_bytes()).hexdigest()


def test_a_window_is_answered_from_the_published_copy_and_leaves_it_alone(
    plant_home: Path, lotwise: Lotwise
) -> None:
    before = _hash(plant_home)
    done = lotwise("what-if", MOISTURE, "--home", plant_home, "--json", check=False)
    said = json.loads(done.stdout)
    assert said["outcome"] == "failure"
    assert said["lever"] == "window"
    assert [each["feature"] for each in said["held"]] == ["parameter.granulation_end_moisture_pct"]
    # A fifth of the plant has few failures: answered, or told why not.
    assert said["is_answered"] is (said["refusal"] is None)
    assert done.returncode in (0, 1)
    if said["is_answered"]:
        effect = said["effect"]
        assert effect["prevented_low_95"] < effect["prevented_low_90"]
        assert (
            effect["prevented_low_90"] < effect["prevented_high_90"] < effect["prevented_high_95"]
        )
    assert _hash(plant_home) == before


def test_questions_are_counted_since_the_last_run(plant_home: Path, lotwise: Lotwise) -> None:
    asked = ("what-if", "--home", plant_home, "--json")
    far = "granulation_end_moisture_pct in [20, 25]"
    first = json.loads(lotwise(*asked, far, check=False).stdout)["asked_since_last_run"]
    again = json.loads(lotwise(*asked, f" {far}", check=False).stdout)["asked_since_last_run"]
    other = "granulation_end_moisture_pct in [30, 35]"
    second = json.loads(lotwise(*asked, other, check=False).stdout)["asked_since_last_run"]
    assert again == first
    assert second == first + 1


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("granulation_end_moisture_pct in [20, 25]",), 1, "Is it stated in another unit?"),
        (("granulation_end_moisture_pct in [2.5, 1.8]",), 2, "2.5 is not below 1.8"),
        (("granulation_moisture in [1.8, 2.5]",), 2, "parameter.granulation_end_moisture_pct"),
        (("api.d90_um <= 115",), 2, "ask it with --lever lots"),
        ((MOISTURE, "--outcome", "failures"), 2, "the records have: failure"),
        (("nothing",), 2, "write it as"),
    ],
)
def test_what_cannot_be_answered_says_why_without_a_traceback(
    words: tuple[str, ...], code: int, told: str, plant_home: Path, lotwise: Lotwise
) -> None:
    done = lotwise("what-if", *words, "--home", plant_home, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    assert told in said
    assert "Traceback" not in said


def test_a_home_without_a_run_says_so(tmp_path: Path, lotwise: Lotwise) -> None:
    done = lotwise("what-if", MOISTURE, "--home", tmp_path, check=False)
    assert done.returncode == 1
    assert "There is no published warehouse" in done.stderr


def test_the_count_begins_anew_with_a_run_and_bears_a_broken_file(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert remember_asked(home, "run-1", "x<=1; failure") == 1
    assert remember_asked(home, "run-1", "x<=2; failure") == 2
    assert remember_asked(home, "run-1", "x<=1; failure") == 2
    assert remember_asked(home, "run-2", "x<=1; failure") == 1
    home.asked_file.write_text("{")
    assert remember_asked(home, "run-2", "x<=1; failure") == 1
    assert remember_asked(Home(tmp_path / "absent"), "run-2", "x") is None


def test_the_last_run_is_asked_and_no_earlier_one() -> None:
    """The copy remembers every run of its source, also one that died and has no number."""
    import duckdb

    from pipelines.commands.what_if import _RUN

    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA evidence")
        connection.execute(
            "CREATE TABLE evidence.runs AS SELECT * FROM (VALUES ('first', 'p', 1), "
            "('dead', 'p', NULL), ('last', 'p', 3), ('second', 'p', 2)) "
            "AS t(run_id, source_profile, run_number)"
        )
        assert connection.execute(_RUN).fetchone() == ("last", "p")
