"""One period, or one account, as people read it: which questions are asked of it, and what is said first."""
