"""Whether a change worked: goals, targets, charts and verdicts, as arithmetic on counts."""
