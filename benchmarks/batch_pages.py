"""What a thousand pages of batches cost: gathered, and drawn, in processor seconds.

The failed and flagged batches of a home's last run are drawn again and again until a thousand pages
are written; at night only those whose rows changed are. Wanted: under 20 processor seconds.

    python benchmarks/batch_pages.py --home var
"""

import argparse
import time
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from reports.pages.facts import Facts
from reports.site.leaf_pages import leaf_pages
from warehouse.paths import Home
from warehouse.published_copy.published import open_published

PAGES = 1000


def seconds(home: Path, folder: Path) -> tuple[float, float, int]:
    """Processor seconds to gather the rows and to write the pages, and how many differ."""
    begun = time.process_time()
    with open_published(Home(home)) as published:
        batches = leaf_pages(Facts(published.query)).folders["batches"]
        gathered = time.process_time()
        for number, page in enumerate(islice(cycle(batches.values()), PAGES)):
            (folder / f"{number}.html").write_text(page.draw(), encoding="utf-8")
    return gathered - begun, time.process_time() - gathered, len(batches)


def main() -> None:
    """Say what it costs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, default=Path("var"))
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        gathering, drawing, different = seconds(asked.home, Path(folder))
    print(f"{different} batches gathered in {gathering:.1f} s, {PAGES} pages in {drawing:.1f} s")


if __name__ == "__main__":
    main()
