"""What each sensor trajectory says about the phase it was taken in.

Here belong the joining of readings to phases (``sql/``, run by the warehouse, month by month), the
compiled kernel that turns one month's readings into features, and the registry that names them.
Nothing here knows which features matter: that is for the failure models.
"""
