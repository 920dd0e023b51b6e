"""What districts work with beside their numbers: standards, strategies; as data, each sourced."""
