"""Commands of a plant's own nights: the site file, a night, the server, months computed anew.

Here belongs one file per command, as in the folder above; what runs by itself and when does not.
"""
