"""The only writers of plans: each one transaction, each one line of the trail."""
