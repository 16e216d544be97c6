"""A whole staff wave, from the first invitation to the last unit's workbook."""
