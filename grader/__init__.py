"""The program behind `check` and `grade`: it talks to students' programs over TCP and keeps score.

It never imports a student's program, and nothing here imports `lessons` or
`reference_solution`: they run as processes.
"""

__version__ = "1.0.0"
