"""The dictionary pages: a contract's section says everything, and every link leads somewhere."""

import re

from data_contracts.contract import Column, Contract, RowRule
from data_contracts.generated.dictionary import FOLDER, dictionary_pages, generated


def test_no_page_is_left_of_a_schema_that_is_gone() -> None:
    assert set(FOLDER.iterdir()) == set(generated())


def test_every_table_named_on_top_of_a_page_links_to_its_section() -> None:
    for page, text in generated().items():
        for table, anchor in re.findall(r"\[(\w+)\]\(#([\w-]+)\)", text):
            found = re.search(rf"^## ({page.stem}\.{table}( \(.*\))?)$", text, re.M)
            assert found, table
            assert re.sub(r"[^\w -]", "", found[1].lower()).replace(" ", "-") == anchor


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
    assert dictionary_pages([described])["raw.md"].splitlines() == [
        "# raw",
        "",
        "Records as received, typed, every delivered version kept. [All schemas](README.md)",
        "",
        "Tables: [trays](#rawtrays).",
        "",
        "## raw.trays",
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
