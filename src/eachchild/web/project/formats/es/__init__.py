"""Spanish as United States schools write it."""
