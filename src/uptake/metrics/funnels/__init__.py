"""What the metric `funnel` is made of."""
