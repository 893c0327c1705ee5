"""The crowds: a fast one in C, and a slow one in Python for where there is no compiler."""
