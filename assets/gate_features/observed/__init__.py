"""One module per source of features: what was observed of a batch, and from when it was known.

Here belong parameters, sensors, laboratory, materials, deviations, equipment, timeline and context,
each turned into the one shape the firewall takes (``observations``), and the titles people read.
At which gate a value may be used is not decided here.
"""
