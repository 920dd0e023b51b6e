"""Rules that look at more than one row of the staged tables, and which rows reach a student."""
