"""Lives and what to do about them: Weibull laws, current-status data, age replacement.

Here belongs what speaks of ages, events and renewals in any unit of time, from arrays. Which lives
the records hold, and what a renewal costs, does not belong here: topics say it.
"""
