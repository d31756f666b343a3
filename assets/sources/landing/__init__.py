"""Landing: rows of databases and objects of stores, fetched as the files a delivery would bring.

Here belongs everything between a place outside the data folder and a file that lies on this
machine: opening it by what the environment says, asking only for what is new, writing it in bounded
memory, and saying in a sentence what went wrong. What the columns mean belongs to ``mapping``, as
for any file.
"""
