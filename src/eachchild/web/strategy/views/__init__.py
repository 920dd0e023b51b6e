"""Pages of a plan, part by part."""
