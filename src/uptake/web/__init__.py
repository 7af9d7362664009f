"""The pages, and what a running server does for the command line."""
