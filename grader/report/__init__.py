"""What people see of the results: terminal, CSV, HTML. Reads results only, never judges."""
