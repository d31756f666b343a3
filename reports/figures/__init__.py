"""Charts: each module turns one frame into one Plotly figure, and holds the query of that frame.

Here belongs every use of Plotly. A chart draws its intervals, names its units and labels its values
directly. Numbers are not computed here beyond what placing a mark takes; titles and captions belong
to ``figures.catalogue``, the HTML around them to the templates.
"""
