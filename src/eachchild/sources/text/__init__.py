"""Any file as a table of text: encoding, delimiter, heading, notes, sheets, found by reading it."""
