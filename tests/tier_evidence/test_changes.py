"""Whatever is changed after the freeze is refused, each change with words of its own."""

from pathlib import Path

import pytest

from assets.tier_evidence import subject
from assets.tier_evidence.freezing import frozen_protocol, require_unchanged
from data_contracts.errors import UsageError
from data_contracts.tier_protocol.changes import changes
from data_contracts.tier_protocol.entries import FrozenProtocol
from data_contracts.tier_protocol.reader import read_protocol
from tests.tier_evidence.conftest import TEXT, batches, in_use, reading

# What is written in the file's place -> what the refusal says.
IN_THE_FILE = {
    "bound": ("bound: 0.5", "bound: 0.4", "Criterion 'answered' had the bound 0.5"),
    "comparison": ("at_least", "at_most", "Criterion 'answered' had the comparison at_least"),
    "criterion taken out": (
        TEXT[TEXT.index("  - {criterion: answered") : TEXT.index("roles:")],
        "",
        "Criterion 'answered' was frozen and is no longer",
    ),
    "criterion added": (
        "roles:",
        "  - {criterion: steps, title: Steps, comparison: at_most, bound: 1, unit: rev}\nroles:",
        "Criterion 'steps' was added after the freeze",
    ),
    "split": ("split: held_out", "split: built", "panel.csv was held out and is built now"),
    "setting": ("largest_step: 10", "largest_step: 20", "The setting 'largest_step' was 10"),
    "role": ("Q. Unit", "A. Author", "The role 'quality_unit' was Q. Unit"),
    "context of use": ("never set without", "set without", "The context of use was"),
    "data left out": (
        "  - {file: panel.csv, split: held_out}\n",
        "",
        "panel.csv was taken out of the protocol's data",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", IN_THE_FILE)
def test_a_change_in_the_file_is_refused(change: str, file: Path, frozen: FrozenProtocol) -> None:
    before, after, said = IN_THE_FILE[change]
    assert before in TEXT
    file.write_text(TEXT.replace(before, after), encoding="utf-8")
    now = frozen_protocol(read_protocol(file), reading(), in_use())
    with pytest.raises(UsageError, match="not as it was frozen") as refused:
        require_unchanged(frozen, now)
    assert said in str(refused.value)


def test_a_changed_table_is_refused(file: Path, frozen: FrozenProtocol) -> None:
    other = reading({"core.batches": batches("b1", "b3")})
    (said,) = changes(frozen, frozen_protocol(read_protocol(file), other, in_use()))
    assert said.startswith("The data of core.batches were changed: frozen as ")
    assert "(2 rows), now " in said


def test_a_table_that_is_gone_is_refused(file: Path, frozen: FrozenProtocol) -> None:
    gone = reading({"core.phases": batches()})
    (said,) = changes(frozen, frozen_protocol(read_protocol(file), gone, in_use()))
    assert said.endswith("now is no longer there.")


def test_a_changed_data_file_is_refused(file: Path, frozen: FrozenProtocol) -> None:
    (file.parent / "panel.csv").write_text("part,class\n1,cracked\n", encoding="utf-8")
    (said,) = changes(frozen, frozen_protocol(read_protocol(file), reading(), in_use()))
    assert "The data of panel.csv were changed" in said


def test_another_window_is_refused(file: Path, frozen: FrozenProtocol) -> None:
    now = frozen_protocol(read_protocol(file), reading(), in_use(low=239.5))
    (said,) = changes(frozen, now)
    assert said == (
        "What is tested: the window was parameter.revolutions in [241, open] at the freeze and is "
        "parameter.revolutions in [239.5, open] now."
    )


def test_other_code_is_refused(
    file: Path, frozen: FrozenProtocol, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "code_version", lambda packages: "0" * 16)
    (said,) = changes(frozen, frozen_protocol(read_protocol(file), reading(), in_use()))
    assert said.startswith("What is tested: the code was ")


def test_nothing_changed_is_nothing_refused(file: Path, frozen: FrozenProtocol) -> None:
    """Order, layout and comments of the file are not what was frozen."""
    moved = TEXT.replace(
        "{author: A. Author, runs: R. Runner,", "{runs: R. Runner, author: A. Author,"
    )
    assert moved != TEXT
    file.write_text(f"# a comment\n{moved}", encoding="utf-8")
    now = frozen_protocol(read_protocol(file), reading(), in_use())
    require_unchanged(frozen, now)
    assert now.protocol_id == frozen.protocol_id
