"""A first plan from a folder of files, its guesses explained."""
