"""Untrusted: how much strangers' files may ask for, and how the text in them is shown.

Here belong every bound with its reason, the reading of YAML within them, and what makes a text
harmless to look at. What a file means is not known here, and delivered tables are counted in
``assets.sources``.
"""
