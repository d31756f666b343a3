"""Which page asks which question, and which sections answer it.

A section is a template below ``templates/sections`` and the functions that gather what it shows. To
add one, write both and name it here, on the page whose question it answers; contents, links between
pages, the index and ``lotwise verify`` follow from this list.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from reports.pages import (
    event_findings,
    executive,
    model_card,
    power,
    relevance,
    rules,
    technical,
    time_to_failure,
    what_changed,
    window_evidence,
)
from reports.pages.decision import ask, programme, tiers, under_way
from reports.pages.facts import Facts
from reports.pages.process import excursions, multivariate
from reports.pages.today import morning

Gather = Callable[[Facts], dict[str, Any]]
ENTRY = "report.html"
PAGES_FOLDER = "pages"


@dataclass(frozen=True, eq=False)
class PageSection:
    """One part of a page.

    Attributes:
        template: File below ``templates/sections``.
        headings: Titles in the contents by anchor, in order; an anchor that the template leaves
            out for want of records is left out there too.
        gathers: What its template shows; all pages share the names these return.
    """

    template: str
    headings: dict[str, str]
    gathers: tuple[Gather, ...]


@dataclass(frozen=True, eq=False)
class Page:
    """One page of a report.

    Attributes:
        name: File without its ending; the first page is the entry and has the entry's name.
        title: Short name in the contents.
        question: What it answers, its heading.
        reader: For whom it is, the group it stands under in the contents.
        sections: Its parts, in order.
    """

    name: str
    title: str
    question: str
    reader: str
    sections: tuple[PageSection, ...]

    @property
    def file(self) -> str:
        """Way to the page from the folder of the report."""
        return f"{self.name}.html" if f"{self.name}.html" == ENTRY else f"pages/{self.name}.html"


@dataclass(frozen=True)
class PageBeside:
    """A page that lies beside the entry and draws itself, with a script of its own.

    Attributes:
        file: Way to the page from the folder of the report.
        title: As contents name it.
        question: What it answers.
        reader: For whom it is.
    """

    file: str
    title: str
    question: str
    reader: str


EXECUTIVES, SCIENTISTS = "For executives", "For scientists"
TODAY = "For the morning"

_CHANGED = PageSection("what_changed.html.j2", {"changed": "What changed"}, (what_changed.context,))
_EXECUTIVE = PageSection(
    "executive.html.j2",
    {
        "answer": "The answer",
        "under-way": "Under way",
        "cost": "What failures cost",
        "prevent": "What can be prevented",
        "scenarios": "Three scenarios",
        "sure": "How sure we are",
        "assumptions": "Assumptions",
        "controller": "What a controller asks",
        "quality-costs": "What quality costs",
        "not-claimed": "What is not claimed",
    },
    (
        executive.context,
        ask.context,
        programme.context,
        under_way.context,
        power.context,
        relevance.context,
    ),
)


def _technical(name: str, **headings: str) -> PageSection:
    titles = {anchor.replace("_", "-"): title for anchor, title in headings.items()}
    return PageSection(f"{name}.html.j2", titles, (technical.context, power.context))


PAGES = (
    Page(
        "report",
        "The answer and the money",
        "What failed batches cost, and what can be prevented",
        EXECUTIVES,
        (_CHANGED, _EXECUTIVE),
    ),
    Page(
        "morning",
        "This morning",
        "What to look at this morning",
        TODAY,
        (
            PageSection(
                "morning.html.j2",
                {
                    "morning": "Open batches",
                    "decided": "Decided in the last day",
                    "sensors": "Sensors of the last day",
                    "live": "How good alarms were",
                },
                (morning.context, executive.context),
            ),
        ),
    ),
    Page(
        "evidence",
        "Real or chance",
        "Is it real, or chance?",
        SCIENTISTS,
        (
            _technical("verdicts", verdicts="Verdicts by gate", power="What would be found"),
            PageSection(
                "strength.html.j2",
                {"strength": "Strength of evidence"},
                (executive.context, window_evidence.context),
            ),
            _technical("ladder", ladder="Ladder and null"),
            _technical("calibration", calibration="Calibration"),
        ),
    ),
    Page(
        "drivers",
        "What precedes failures",
        "Which parameters come before failures?",
        SCIENTISTS,
        (
            _technical("drivers", drivers="Drivers"),
            PageSection("relevance.html.j2", {"relevance": "Relevance"}, (relevance.context,)),
            PageSection("rules.html.j2", {"patterns": "Failure patterns"}, (rules.context,)),
        ),
    ),
    Page(
        "stages",
        "The seven stages",
        "What does each stage say from its own records?",
        SCIENTISTS,
        (_technical("stages", stages="A card a stage"),),
    ),
    Page(
        "events",
        "Events and paths",
        "Which events, deviations and paths come before failures?",
        SCIENTISTS,
        (
            PageSection(
                "event_findings.html.j2",
                {
                    "precursors": "Events before failures",
                    "deviations": "Deviations",
                    "escapes": "Escapes",
                    "paths": "Paths",
                },
                (event_findings.context,),
            ),
        ),
    ),
    Page(
        "alarms",
        "How early",
        "How early could we have known, and what wears out?",
        SCIENTISTS,
        (
            _technical("alarms", alarms="Alarms"),
            PageSection(
                "time_to_failure.html.j2",
                {"time-to-failure": "Time to failure"},
                (time_to_failure.context,),
            ),
            PageSection(
                "excursions.html.j2", {"excursions": "What would be seen"}, (excursions.context,)
            ),
        ),
    ),
    Page(
        "batches",
        "Unlike the others",
        "Which batches are unlike the others, and in what?",
        SCIENTISTS,
        (
            PageSection(
                "multivariate.html.j2",
                {
                    "whole-batches": "Batches unlike the others",
                    "score-plots": "Where batches lie",
                    "courses": "How they went",
                    "multivariate-models": "What is taken as normal",
                },
                (multivariate.context,),
            ),
        ),
    ),
    Page(
        "next",
        "Closed, and next",
        "What can be closed, and what should be measured next?",
        SCIENTISTS,
        (
            PageSection(
                "upper_bounds.html.j2", {"closed": "What can be closed"}, (window_evidence.context,)
            ),
            PageSection(
                "next_measurements.html.j2",
                {"next-measurements": "What to measure next"},
                (relevance.context,),
            ),
        ),
    ),
    Page(
        "model",
        "The model",
        "What is the model, and how did its explanations fare?",
        SCIENTISTS,
        (
            PageSection(
                "model_card.html.j2",
                {
                    "model-card": "Model card",
                    "refutations": "Attempts to break the claims",
                    "investigations": "Investigations",
                },
                (model_card.context,),
            ),
        ),
    ),
    Page(
        "tiers",
        "What tiers owe",
        "Does each lever have the evidence that its tier owes?",
        SCIENTISTS,
        (PageSection("tiers.html.j2", {"tiers": "Evidence of tiers"}, (tiers.context,)),),
    ),
    Page(
        "records",
        "The records",
        "Can the records be trusted, and where did each figure come from?",
        SCIENTISTS,
        (
            _technical("refused", refused="Refused features", leak_questions="Columns asked about"),
            _technical("data_quality", data_quality="Data quality"),
            _technical("limits", limits="Limits"),
            _technical("provenance", provenance="Provenance"),
        ),
    ),
)


PAGES_BESIDE = (
    PageBeside(
        "what_if.html",
        "What if: your own numbers",
        "What if your own numbers were others?",
        EXECUTIVES,
    ),
    PageBeside(
        "process_verification.html",
        "Process verification: every chart",
        "Which processes have moved, and which are capable?",
        SCIENTISTS,
    ),
    PageBeside(
        "protocols/index.html",
        "Protocols and reports, to sign",
        "What was frozen before it was scored, and what came of it?",
        SCIENTISTS,
    ),
)


def gathers(pages: tuple[Page, ...] = PAGES) -> Iterator[Gather]:
    """Yield every function that gathers something for a page, each once."""
    seen: dict[Gather, None] = {}
    for page in pages:
        for section in page.sections:
            seen |= dict.fromkeys(section.gathers)
    yield from seen
