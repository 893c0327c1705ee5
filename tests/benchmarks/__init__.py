"""How fast the chat of this course is, beside others: python -m tests.benchmarks, or make bench."""
