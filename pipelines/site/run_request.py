"""What one run is asked: which source, in which home, with which settings."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from assets.run_settings import USUAL_LIMITS, VIRTUAL_PLANT, ModelLimits
from data_contracts.assumptions import names_built_in
from pipelines.site.site_file import Site, Source
from warehouse.published_copy.retention import USUAL, Retention


@dataclass(frozen=True)
class RunRequest:
    """A run as it is asked for; empty fields take the resources' defaults.

    Attributes:
        home: Runtime home.
        source: Built-in profile or the path of one.
        data: Folder of the delivered files.
        assumptions: Cost assumptions, a file or the name of a built-in set.
        as_of: ISO date or instant up to which records count as known.
        is_quick: Whether fewer resamples are drawn.
        seed: Seed of every random draw.
        price_changes: Cost assumptions changed by hand, each as ``name=low,base,high``.
        config: Dagster run configuration of the job's own, beside that of the resources.
        retention: How much of earlier runs the home keeps.
        model_limits: Beyond what a kept model raises no alarms.
    """

    home: Path
    source: str
    data: Path | None = None
    assumptions: Path | None = None
    as_of: str | None = None
    is_quick: bool = False
    seed: int = 1
    price_changes: tuple[str, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    retention: Retention = USUAL
    model_limits: ModelLimits = USUAL_LIMITS

    @classmethod
    def of_source(cls, site: Site, source: Source) -> "RunRequest":
        """The request that a site's source stands for."""
        return cls(
            site.home,
            source.profile,
            source.data,
            source.assumptions,
            is_quick=source.is_quick,
            seed=source.seed,
            retention=site.retention,
            model_limits=site.model_limits,
        )

    def with_config(self, config: Mapping[str, Any]) -> "RunRequest":
        """The same request with configuration of a job's own."""
        return replace(self, config=config)

    def settings(self) -> dict[str, Any]:
        """Return the configuration of ``run_settings``, whole, paths absolute.

        So that whoever reads it later, in whatever folder, means the same files.
        """
        is_file = self.source.endswith((".yaml", ".yml"))
        return {
            "source": str(Path(self.source).resolve()) if is_file else self.source,
            "quick": self.is_quick,
            "seed": self.seed,
            "data": str(self.data.resolve()) if self.data else None,
            "assumptions": _absolute(self.assumptions) if self.assumptions else None,
            "as_of": self.as_of,
            "keep": asdict(self.retention),
            "models": asdict(self.model_limits),
            "set": list(self.price_changes),
        }

    @classmethod
    def from_settings(cls, home: Path, said: Mapping[str, Any]) -> "RunRequest":
        """Read what :meth:`settings` returned.

        Raises:
            TypeError, ValueError: It did not.
        """
        data, assumptions = said.get("data"), said.get("assumptions")
        return cls(
            home=home,
            source=str(said.get("source", VIRTUAL_PLANT)),
            data=Path(data) if data else None,
            assumptions=Path(assumptions) if assumptions else None,
            as_of=said.get("as_of"),
            is_quick=bool(said.get("quick", False)),
            seed=int(said.get("seed", 1)),
            retention=Retention(**said.get("keep", {})),
            model_limits=ModelLimits(**said.get("models", {})),
            price_changes=tuple(map(str, said.get("set", ()))),
        )

    def run_config(self) -> dict[str, Any]:
        """Return the request as Dagster run configuration."""
        return {
            **self.config,
            "resources": {
                "home": {"config": {"path": str(self.home)}},
                "run_settings": {"config": self.settings()},
            },
        }


def _absolute(assumptions: Path) -> str:
    """Where the assumptions are: the name of a built-in set stands for itself."""
    return str(assumptions if names_built_in(assumptions) else assumptions.resolve())
