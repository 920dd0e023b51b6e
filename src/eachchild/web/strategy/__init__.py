"""The plan: what a district aims at, what it does about a finding, and whether it worked."""
