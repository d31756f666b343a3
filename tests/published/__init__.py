"""The tiny published warehouse tests of the reports stand on, and the command that makes it."""
