"""Pages: which claims, rows and charts stand where in the report.

Here belongs what gathers one part of the report and hands it to a template. Numbers come from
claims, words from ``reports.wording``; neither HTML nor arithmetic belongs here.
"""
