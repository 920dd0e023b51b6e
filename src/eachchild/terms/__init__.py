"""Terms: identity factors, outcomes, school years and states, as stable strings with sources."""
