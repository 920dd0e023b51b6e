"""Numbers as United States schools print them in Spanish: a point before decimals."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
