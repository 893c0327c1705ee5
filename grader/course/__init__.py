"""The course as data: lessons, tasks, known mistakes, and the stages made from the solutions."""
