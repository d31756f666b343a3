"""The cost model alone gives the domain's figures exactly, and says that it is arithmetic."""

import json
import subprocess
from collections.abc import Callable

Lotwise = Callable[..., subprocess.CompletedProcess[str]]


def test_sterile_injectables_from_3_to_1_percent(lotwise: Lotwise) -> None:
    for words in (("roi", "--json"), ("roi", "--preset", "sterile_injectable", "--json")):
        done = json.loads(lotwise(*words).stdout)
        assert done["prevented_failures_per_year"] == 4
        assert done["annual_savings_usd"] == {"low": 2_000_000, "high": 8_000_000}
        assert done["baseline_loss_usd"] == {"low": 3_000_000, "high": 12_000_000}
        assert done["kind"] == "arithmetic"


def test_an_override_moves_the_figures(lotwise: Lotwise) -> None:
    done = json.loads(lotwise("roi", "--json", "--set", "batches_per_year=400").stdout)
    assert done["prevented_failures_per_year"] == 8


def test_an_unknown_assumption_is_one_clear_error(lotwise: Lotwise) -> None:
    done = lotwise("roi", "--set", "no_such_number=3", check=False)
    assert done.returncode == 2
    assert "no_such_number" in done.stderr
    assert "Traceback" not in done.stderr
