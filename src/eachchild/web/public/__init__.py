"""What anybody may read: the released copies of districts, without signing in."""
