"""Tags of the plan, for pages of other apps."""
