"""Machine-made mistakes: each function that students write, changed in one small place."""
