"""Pages: which claims, rows and charts stand where in the report.

A page module gathers what one part of the report shows and hands it to a template. Numbers come
from claims, words from ``reports.wording``; neither HTML nor arithmetic belongs here.
"""
