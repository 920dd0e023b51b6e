"""Files of rows (students, spells, absences) into the canonical tables, every row accounted for."""
