"""Hands results on to other systems: learning platforms, CI, spreadsheets. Never judges.

Reads results only; each file here keeps to what the reader of its format accepts.
"""
