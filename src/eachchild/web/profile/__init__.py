"""What is a district's own: calendar, labels, codes, thresholds, languages, logo; as one file."""
