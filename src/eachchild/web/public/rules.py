"""What is released may be read by anybody; every app has the same files."""
