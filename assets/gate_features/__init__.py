"""What was known of a batch at each of the seven gates, and what may never be known in time.

Here belong the gates themselves, one module per source of features (parameters, sensors, results,
materials, deviations, equipment, timeline, context), the firewall that decides at which gate a
value became available, and the dictionary generated from what was built. Every value passes the
firewall; a module here cannot hand a value to a model around it. Models, scores and the raw
records do not belong here.
"""
