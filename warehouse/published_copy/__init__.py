"""The analysts' copy: made whole beside the old one, put in place by one rename, read only.

Here belongs what makes, retires and opens published files. The working file belongs to ``store``;
what the tables hold is not known here.
"""
