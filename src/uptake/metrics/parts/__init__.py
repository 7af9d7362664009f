"""What metrics are made of: relations in SQL, and the same counted in memory where there are many rows."""
