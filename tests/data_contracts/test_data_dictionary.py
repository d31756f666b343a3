"""The dictionary page: every contract and column on it, and no older than the contracts."""

from pathlib import Path

from data_contracts.catalogue import contract, described_names
from data_contracts.contract import Column, Contract, RowRule
from data_contracts.generated.dictionary import dictionary_markdown

PAGE = Path(__file__).parents[2] / "docs" / "data_dictionary.md"


def test_the_page_in_the_docs_is_that_of_the_contracts() -> None:
    now = dictionary_markdown(map(contract, described_names()))
    assert PAGE.read_text(encoding="utf-8") == now, (
        "contracts changed; write the page anew: "
        "python -m data_contracts.generated.dictionary > docs/data_dictionary.md"
    )


def test_a_contract_becomes_a_section_with_everything_an_analyst_needs() -> None:
    described = Contract(
        "raw.trays",
        "Trays as received.",
        "One tray.",
        (
            Column("tray_id", "string", "VARCHAR", "Id.", True, True, available_at_stage=4),
            Column(
                "state", "string", "VARCHAR", "A|B.", valid_values=("open",),
                available_at_stage=1, stage_column="stage",
                known_at="at", defines_outcome="f",
            ),
            Column("run_id", "string", "VARCHAR", "Run.", is_provenance=True),
        ),
        (RowRule("closed_once", "TRUE", "a tray closes once"),),
        max_quarantine_share=0.02,
    )  # fmt: skip
    section = dictionary_markdown([described]).partition("## raw\n")[2]
    assert section.splitlines() == [
        "",
        "Records as received, typed, every delivered version kept.",
        "",
        "### raw.trays",
        "",
        "Trays as received.",
        "",
        "- **One row:** One tray.",
        "- **Key:** `tray_id`",
        "- **Refused records:** a run stops past 2% of them",
        "- **closed_once:** a tray closes once",
        "",
        "| column | type | unit | allowed | known | meaning |",
        "| --- | --- | --- | --- | --- | --- |",
        "| `tray_id` (key) | VARCHAR |  | required | stage 4 | Id. |",
        "| `state` | VARCHAR |  | `open` | its stage, `at` | A\\|B. *Defines the outcome `f`.* |",
        "| `run_id` | VARCHAR |  |  |  | Run. *Provenance.* |",
    ]
