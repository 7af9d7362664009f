"""Whether scores, segments and lists tell the truth: held against real people with a known end, and against what was planted."""
