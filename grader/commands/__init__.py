"""One module a command: `add_arguments` describes it, `run` does it and returns the status.

Beside them stands what two commands share (lateness), and what `grade` is too long for: which
options go together (grade_options), what is written at the end (finish).
"""
