"""Whether those who judge the same things judge alike, and whether a new judge may take over.

Here belong kappas with their intervals, counts of agreement with a reference, Knapp's comparison of
inspections, non-inferiority of one inspection to another, and the sizes of panels that show them.
What is judged, and the tables of its results, do not belong here.
"""
