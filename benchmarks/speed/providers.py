"""Who measures, a line each, and what their figures are held to."""

import importlib
import inspect
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.figures import Bar, Row, least, most

FOLDER = Path(tempfile.gettempdir()) / "lotwise-bench"


@dataclass(frozen=True)
class Provider:
    """What gives rows of the table.

    Attributes:
        name: By which it can be asked for alone.
        function: ``module:function``, which returns rows and takes nothing, or a ``folder`` in
            which it may keep what it makes for the next time.
        is_quick: Whether it takes a minute or two, and is looked at by `make bench-check`.
    """

    name: str
    function: str
    is_quick: bool = False

    def rows(self) -> list[Row]:
        """Measure."""
        module, _, function = self.function.partition(":")
        measure: Callable[..., list[Row]] = getattr(importlib.import_module(module), function)
        takes_folder = "folder" in inspect.signature(measure).parameters
        return measure(FOLDER / self.name) if takes_folder else measure()


PROVIDERS = (
    Provider("features", "benchmarks.sensor_features:features_rows", is_quick=True),
    Provider("size", "benchmarks.sensor_features:size_rows"),
    Provider("demo", "benchmarks.speed.before:demo_rows"),
    Provider("night", "benchmarks.night_cost:night_rows"),
    Provider("placing", "benchmarks.placing:rows"),
    Provider("memory", "benchmarks.memory:bench_rows"),
    Provider("spark", "benchmarks.spark_cluster:spark_rows"),
)

# On two cores. A figure without a bar is kept and not judged; a bar without a figure is shown.
BARS: dict[str, Bar] = {
    "features beside DuckDB's bare group-by, processor time": least(0.52),
    "features beside DuckDB's bare group-by, wall clock": least(0.6),
    "features beside tsfresh's same features": least(15),
    "features beside tsfresh's same features, apart": most(1e-9),
    "features beside tsfresh's efficient set": least(3000),
    "features of 200 million readings over 50, time": most(4.4),
    "features of 200 million readings over 50, memory": most(1.15),
    "features of 200 million readings, peak": most(1.5),
    "one new month on 60: all 61 at once over it": least(30),
    "one new month on 60: tables that are not as all at once": most(0),
    "sensor_phase_features of the demo beside ad40b6b": most(0.6),
    "demo received to published beside ad40b6b": most(0.65),
    "one new batch in a night, processor time": most(15),
    "nothing new in a night, processor time": most(5),
    "Spark and local apart": most(1e-12),
    "placing: rate": least(5),
    "placing: rate over DuckDB's": least(4),
    "placing: rate, in order of time": least(4),
    "placing: rate, shuffled": least(2),
    "placing: rate from CSV, arrival and all": least(3),
    "placing: twice the months of CSV": most(2.2),
    "placing: peak memory": most(600),
    "placing: stored": most(2),
    "demo, peak": most(2000),
    "10,000 batches over 1,000, time": most(11),
    "10,000 batches, peak": most(5000),
    "wide table 50000 x 50, peak": most(4000),
    "wide table 1000 x 1000, peak": most(4000),
    "a run beside 20 busy processes over alone, processor time": most(1.3),
}
