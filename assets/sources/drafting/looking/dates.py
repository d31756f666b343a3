"""How instants are written: the format that reads every cell of a column, and the months' names."""

from dataclasses import dataclass
from typing import Final

import polars as pl

_MONTHS: Final = {
    "English": "jan feb mar apr may jun jul aug sep oct nov dec",
    "German": "jan feb mrz apr mai jun jul aug sep okt nov dez",
    "Slovenian": "jan feb mar apr maj jun jul avg sep okt nov dec",
    "Croatian": "sij velj ožu tra svi lip srp kol ruj lis stu pro",
    "French": "janv févr mars avr mai juin juil août sept oct nov déc",
    "Italian": "gen feb mar apr mag giu lug ago set ott nov dic",
    "Spanish": "ene feb mar abr may jun jul ago sep oct nov dic",
    "Polish": "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "Czech": "led úno bře dub kvě čer čvc srp zář říj lis pro",
}
MONTHS: Final = {language: tuple(names.split()) for language, names in _MONTHS.items()}
ISO: Final = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d")
FORMATS: Final = (
    *ISO,
    *("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d"),
    *("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d.%m.%y %H:%M", "%d.%m.%y"),
    *("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d-%m-%Y %H:%M", "%d-%m-%Y"),
    *("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%m/%d/%Y %I:%M:%S %p"),
    *("%Y%m%d %H%M%S", "%Y%m%d", "%Y-%m", "%m.%Y", "%m/%Y"),
)
WITH_NAMES: Final = (
    *("%d-%b-%Y %H:%M:%S", "%d-%b-%Y %H:%M", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d. %b %Y"),
    *("%d.%b.%Y", "%d.%b.%y", "%b.%y", "%b-%y", "%b %y", "%b %Y", "%b.%Y", "%b-%Y"),
)
_DISTINCT: Final = 2000
_MOST: Final = 0.98  # of the cells: a slip of the pen is for the contract to refuse


@dataclass(frozen=True)
class DateFormat:
    """How a column writes instants.

    Attributes:
        format: strptime format; None where it is ISO 8601, which needs none.
        months: Names of the months where they are not English.
        has_day: Whether a day is written.
        is_ambiguous: Whether day and month could be the other way round.
    """

    format: str | None
    months: tuple[str, ...] = ()
    has_day: bool = True
    is_ambiguous: bool = False


def date_format(text: pl.Series) -> DateFormat | None:
    """Return how a column of texts writes instants, None where it holds none."""
    cells = text.drop_nulls().unique(maintain_order=True).head(_DISTINCT)
    if cells.is_empty() or not cells[0][:1].isalnum() or not _mostly(cells.str.contains(r"\d")):
        return None
    if _mostly(cells.str.contains("[^\\W\\d_]{3,}")):
        return _with_month_names(cells)
    fitting = [form for form in FORMATS if _reads(cells, form)]
    if not fitting:
        return None
    form = fitting[0]
    is_ambiguous = form.startswith("%d/") and any(other.startswith("%m/") for other in fitting)
    return DateFormat(None if form in ISO else form, (), "%d" in form, is_ambiguous)


def _with_month_names(cells: pl.Series) -> DateFormat | None:
    words = cells.str.to_lowercase().str.extract(r"([^\W\d_]{3,})")
    for language, names in MONTHS.items():
        if not _mostly(words.is_in(names)):
            continue
        numbers = {name: f"{number:02d}" for number, name in enumerate(names, start=1)}
        plain = cells.str.to_lowercase().str.replace_many(list(numbers), list(numbers.values()))
        for form in WITH_NAMES:
            if _reads(plain, form.replace("%b", "%m")):
                own = () if language == "English" else names
                return DateFormat(form, own, "%d" in form)
    return None


def _reads(cells: pl.Series, form: str) -> bool:
    if "%d" not in form:
        form, cells = f"%d {form}", "01 " + cells
    years = cells.str.strptime(pl.Datetime("us"), form, strict=False).dt.year()
    return _mostly(years.is_between(1950, 2300))


def _mostly(holds: pl.Series) -> bool:
    return int(holds.sum()) >= _MOST * holds.len()
