"""Who matters in an account: champions, power users, references, and who is ready to buy."""
