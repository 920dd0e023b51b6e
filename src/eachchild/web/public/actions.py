"""Nothing is written here; every app has the same files."""
