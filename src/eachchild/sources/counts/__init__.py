"""Published tables of counts: patterns of columns, hidden cells with their bounds, totals."""
