"""The analysts' copy: made whole in a draft, put in place with its reports by one rename.

Here belongs what makes, releases, retires and opens published files. The working file belongs to
``store``; what the tables hold is not known here.
"""
