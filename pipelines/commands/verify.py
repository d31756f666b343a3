"""``lotwise verify``: recompute every number claimed in the last report."""

from data_contracts.errors import ContractError
from pipelines.commands.options import HomeOption
from pipelines.terminal.console import say

SHOWN = 20


def command(home: HomeOption = None) -> None:
    """Recompute every number claimed in the last report from the published warehouse.

    Says, too, which tables of records have lost, gained or changed rows since the run, and whether
    the score book and the audit trail are what was sealed.
    """
    from pipelines.site.asked import home_of
    from reports.score_verification import verify_scores
    from reports.table_verification import verify_tables
    from reports.trail_verification import verify_trail
    from reports.verification import verify
    from warehouse.noted.audit_trail import audit_trail
    from warehouse.noted.score_heads import noted_heads
    from warehouse.paths import Home
    from warehouse.published_copy.published import last_source_key, open_published
    from warehouse.published_copy.release import released

    where = Home(home_of(home))
    report = where.reports_dir / "report.html"
    release = released(where)  # warehouse and report of one run
    with open_published(release) as published:
        source = last_source_key(where)
        heads, trail = noted_heads(where, source), audit_trail(where, source)
        mismatches = [
            *verify(published, release.reports_dir / report.name),
            *verify_tables(published),
            *verify_scores(published, heads),
            *verify_trail(published, trail),
        ]
    if mismatches:
        shown = [str(mismatch) for mismatch in mismatches[:SHOWN]]
        if len(mismatches) > SHOWN:
            shown.append(f"and {len(mismatches) - SHOWN} more")
        raise ContractError(
            f"{len(mismatches)} thing(s) in {report} and its warehouse are not as the run left "
            "them:\n  "
            + "\n  ".join(shown)
            + "\nFind out who changed the warehouse; 'lotwise publish' copies it anew and 'lotwise "
            "report' draws it again."
        )
    for head in heads[-1:]:
        say(f"Score book: {head.entries:,} entries, head {head.entry_hash}.")
    say(
        f"Every claim in {report} matches the warehouse, whose records are as the run left them "
        "and whose score book is as it was sealed."
    )
