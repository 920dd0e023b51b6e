"""Forms about a plan, part by part."""
