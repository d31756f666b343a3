"""Delivered files as rows of text: which files a profile means, and how each is read.

Here belongs what knows a file format. What the columns mean belongs to ``mapping``.
"""
