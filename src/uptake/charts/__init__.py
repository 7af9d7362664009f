"""Charts: pure functions from the rows of a result to Vega-Lite specifications, one chart, one file."""

from uptake.charts.benchmark_bar import benchmark_bar
from uptake.charts.dispatch import for_result
from uptake.charts.picture import png, svg
from uptake.charts.range_marker import range_marker, standing
from uptake.charts.retention_grid import retention_grid
from uptake.charts.score_history import score_history
from uptake.charts.sparkline import sparkline
from uptake.charts.theme import config
from uptake.charts.waterfall import waterfall

__all__ = [
    "benchmark_bar",
    "config",
    "for_result",
    "png",
    "range_marker",
    "retention_grid",
    "score_history",
    "sparkline",
    "standing",
    "svg",
    "waterfall",
]
