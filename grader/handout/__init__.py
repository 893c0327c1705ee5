"""Hands the kit itself out: the students' kit, the autograder for Gradescope. Reads no results."""
