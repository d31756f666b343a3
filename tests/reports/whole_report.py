"""All pages of a report as one text, for tests that do not care which page says something."""

from reports.site.question_pages import render_pages


def render(published):
    """Return the pages of questions, the entry first, one after the other."""
    return "\n".join(render_pages(published).values())
