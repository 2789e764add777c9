"""Reading files that people drop in: each format into the same elements, in a child process with limits."""
