"""No forms; every app has the same files."""
