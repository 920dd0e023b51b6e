"""What may be done with a plan, and when; a rule raises with the button's hint."""
