"""What one plant's installation is told once: its sources, their hours, whom to warn.

Here belongs the site file (``lotwise.yaml``): reading it, drafting it, and turning what it says of
a source into a request; and telling whether anything is new, code and packages included. Running a
request does not: that is ``runner``. What a profile may say belongs to ``data_contracts``.
"""
