"""Where a gap comes from: arithmetic on counts, each result a hypothesis that could be refuted."""
