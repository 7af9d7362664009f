"""The same questions asked of Uptake and of its peers, side by side; `make bench` prints the answers' times."""
