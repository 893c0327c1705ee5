"""A whole class: take submissions in, grade them side by side, keep every mark."""
