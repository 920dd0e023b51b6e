"""No forms of its own; every app has the same files."""
