"""Every path under the runtime home, by name.

A leaf: paths are spelt here and nowhere else, and nothing here touches the disk. Each source (a
profile and a data folder) has its own working file and readings; a home has one published copy,
that of its last run.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

WAREHOUSE_FILE = "warehouse.duckdb"
SOURCE_KEY = re.compile(r"[^\W_][\w.-]*")  # one folder of the home, and no other place


def source_key(profile: str, data_dir: Path) -> str:
    """Return the name under which a source's records are kept apart from every other's.

    Args:
        profile: Profile name.
        data_dir: Folder of the delivered files; resolved first, so that two spellings of one
            folder are one source.

    Returns:
        ``<profile>-<first 8 hexadecimal digits of the folder's SHA-256>``.
    """
    folder = os.path.realpath(data_dir)  # which, unlike resolve(), bears links in a circle
    digest = hashlib.sha256(folder.encode(errors="surrogateescape")).hexdigest()
    return f"{profile}-{digest[:8]}"


@dataclass(frozen=True, slots=True)
class Home:
    """The runtime home: everything generated lies under it.

    Attributes:
        root: Folder of the home; it need not exist yet.
    """

    root: Path

    def work_dir(self, source_key: str) -> Path:
        """Folder of one source's working warehouse, and of its great_expectations project."""
        return self.root / "work" / source_key

    def working_file(self, source_key: str) -> Path:
        """DuckDB file the pipeline writes; nobody else opens it."""
        return self.work_dir(source_key) / WAREHOUSE_FILE

    def readings_dir(self, source_key: str) -> Path:
        """Folder of one source's immutable Parquet readings, named by content."""
        return self.work_dir(source_key) / "readings"

    def delivered_dir(self, source_key: str) -> Path:
        """Folder of delivered readings DuckDB cannot read where they lie, made readable for it."""
        return self.work_dir(source_key) / "delivered"

    def landed_dir(self, source_key: str) -> Path:
        """Folder of what one source fetched from databases and stores, a folder an entry."""
        return self.work_dir(source_key) / "landed"

    def kept_dir(self, source_key: str, kind: str) -> Path:
        """Folder of frames of one kind computed from one source's months of readings."""
        return self.work_dir(source_key) / "kept" / kind

    def refused_docs_dir(self, source_key: str) -> Path:
        """Folder of the Data Docs of a run that broke a contract, which publishes nothing."""
        return self.work_dir(source_key) / "data_docs"

    def unfinished_file(self, source_key: str) -> Path:
        """Mark that stands from the first write of an update until it has been published."""
        return self.work_dir(source_key) / "unfinished"

    def stamp_file(self, source_key: str) -> Path:
        """Text file that tells whether anybody changed the working file since a run closed it."""
        return self.work_dir(source_key) / "warehouse.stamp"

    def score_heads_file(self, source_key: str) -> Path:
        """Text file of the heads of one source's score book, one a publication; only added to."""
        return self.root / "score_heads" / f"{source_key}.txt"

    def approvals_file(self, source_key: str) -> Path:
        """Text file of the model versions approved for one source; only added to."""
        return self.root / "approvals" / f"{source_key}.jsonl"

    def audit_trail_file(self, source_key: str) -> Path:
        """Text file of what was frozen, approved and run for one source; only added to."""
        return self.root / "protocols" / f"{source_key}.jsonl"

    def demonstration_dir(self, source_key: str) -> Path:
        """Folder of the protocols that a simulated plant makes for itself."""
        return self.root / "protocols" / f"{source_key}-demonstration"

    @property
    def published_file(self) -> Path:
        """Read-only copy for analysts, business-intelligence tools and reports."""
        return self.root / "published" / WAREHOUSE_FILE

    @property
    def published_source_file(self) -> Path:
        """Text file naming the source whose working warehouse was published last."""
        return self.root / "published" / "source_key"

    @property
    def releases_dir(self) -> Path:
        """Folder of what was published, one folder a release, and of what is being made."""
        return self.root / "releases"

    @property
    def latest_link(self) -> Path:
        """Link to the release that readers see."""
        return self.root / "latest"

    @property
    def spill_dir(self) -> Path:
        """Where DuckDB puts what does not fit its memory limit."""
        return self.root / "spill"

    @property
    def reports_dir(self) -> Path:
        """Folder of the latest run's reports; those of earlier runs lie beside it, by run."""
        return self.root / "reports" / "latest"

    @property
    def data_docs_dir(self) -> Path:
        """Folder of the pages that say what every table was held to and what broke it."""
        return self.root / "data_docs"

    @property
    def simulated_dir(self) -> Path:
        """Folder of the built-in virtual plant's exports."""
        return self.root / "simulated"

    @property
    def dagster_dir(self) -> Path:
        """Folder of Dagster's run history."""
        return self.root / "dagster"

    @property
    def asked_file(self) -> Path:
        """JSON file of the windows asked about since the last run; nothing rests on it."""
        return self.root / "asked.json"

    @property
    def lock_file(self) -> Path:
        """File whose operating-system lock lets one run at a time into the home."""
        return self.root / "run.lock"
