"""Dates and numbers of a language where its usual ones are not those of the United States."""
