"""Standard costs and write-offs that no ledger exports."""

from tests.bad_inputs.delivery_cases import Spoil
from tests.bad_inputs.ground import BadInput, Ground

FILES = "  standards: {path: standards.csv}\n  postings: {path: postings.csv}\n"
TABLES = """\
  standard_costs:
    file: standards
    same_names: [product, stage, effective_at, full_usd, variable_usd]
  write_offs:
    file: postings
    same_names: [batch_id, category, amount_usd]
"""
STANDARD = "P1,3,2020-01-01,120,100"
POSTING = "B010,direct_material,1000"


def costs(standard: str = STANDARD, posting: str = POSTING, head: str = "amount_usd") -> Spoil:
    """Deliver one standard cost and one write-off too."""

    def spoil(ground: Ground) -> None:
        ground.swap("tables:\n", f"{FILES}tables:\n{TABLES}")
        (ground.data / "standards.csv").write_text(
            f"product,stage,effective_at,full_usd,variable_usd\n{standard}\n"
        )
        (ground.data / "postings.csv").write_text(f"batch_id,category,{head}\n{posting}\n")

    return spoil


CASES = [
    BadInput(
        "a write-off of an account instead of a category",
        costs(posting="B010,5100,1000"),
        r"write_offs.*category",
    ),
    BadInput(
        "a write-off in words",
        costs(posting="B010,direct_material,a lot"),
        r"postings\.csv.*amount_usd",
    ),
    BadInput(
        "a write-off that no plant could make",
        costs(posting="B010,direct_material,1e300"),
        r"write_offs.*amount_usd",
    ),
    BadInput(
        "a write-off without its column",
        costs(head="amount_eur"),
        r"amount_usd",
    ),
    BadInput(
        "a variable cost above the full one",
        costs(standard="P1,3,2020-01-01,100,120"),
        r"standard_costs.*variable",
    ),
    BadInput(
        "a standard cost of a stage that is none",
        costs(standard="P1,8,2020-01-01,120,100"),
        r"standard_costs.*stage",
    ),
    BadInput(
        "a standard cost from a day that is none",
        costs(standard="P1,3,2020-02-30,120,100"),
        r"standards\.csv.*effective_at",
    ),
]
