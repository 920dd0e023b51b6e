"""Text into typed columns: ids, numbers, dates, periods and codes, by rules of our own."""
