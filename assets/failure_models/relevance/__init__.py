"""Every feature against every outcome: how surely they go together, and why it is no driver.

Here belong the association of single features with what an outcome is measured by, its chance over
whole lots and stretches of time, how well it lasts, and the reason a feature is not named. Ranking
features beside one another belongs to the drivers.
"""
