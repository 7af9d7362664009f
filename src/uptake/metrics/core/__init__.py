"""What a metric is: questions, answers, and what every metric is asked with."""
