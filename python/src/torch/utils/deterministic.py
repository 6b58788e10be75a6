"""Settings of deterministic runs."""

# Whether memory that nothing has written holds NaN, for programs that set it: memory begins with zeros here.
fill_uninitialized_memory = True
