"""Made-up districts with the figures of published studies, written as any district's rows."""
