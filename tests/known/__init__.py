"""Programs of which it is known how they do: the wrong ones, and the right but odd ones."""
