"""Charts: a pure description of marks, and the painter that writes them as SVG."""
