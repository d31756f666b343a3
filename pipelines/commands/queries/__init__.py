"""Commands for analysts: they read the published copy and change nothing in the home.

Here belong asking it and taking its tables along; what runs, publishes or draws does not.
"""
