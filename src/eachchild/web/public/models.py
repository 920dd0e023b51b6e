"""No rows of its own: what is public is on the shelf; every app has the same files."""
