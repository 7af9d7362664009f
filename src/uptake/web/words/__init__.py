"""What pages say: sentences about answers, titles of what the plan names, words for parameters."""
