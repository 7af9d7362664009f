from datetime import date

import chart_rows as given
import pytest

from uptake import charts
from uptake.charts.retention_grid import heat_of


def test_the_triangle_has_the_mean_first_and_the_cohorts_in_order_of_time() -> None:
    lines = charts.retention_grid(given.triangle(3), "week")
    assert [line.label for line in lines] == [
        *("All cohorts", "Week of 5 January 2026", "Week of 12 January 2026", "Week of 19 January 2026"),
    ]
    assert [line.size for line in lines] == [600, 100, 100, 100]
    assert lines[0].is_mean
    assert lines[1].started_on == date(2026, 1, 5)


def test_open_cells_are_in_progress_and_have_no_number() -> None:
    last = charts.retention_grid(given.triangle(3), "week")[-1]
    assert [cell.status for cell in last.cells] == ["closed", "in_progress", "in_progress"]
    assert [(cell.text, cell.heat, cell.title) for cell in last.cells[1:]] == [("", None, "in progress")] * 2


def test_cells_say_value_n_and_interval() -> None:
    cell = charts.retention_grid(
        [given.closed(0.583, 120, cohort_on=date(2026, 1, 5), **given.one_unit(0), cohort_size=120)]
    )[0]
    assert cell.cells[0].text == "58"
    # 0.583 +- 1.96 * sqrt(0.583 * 0.417 / 120) = 0.583 +- 0.0882
    assert cell.cells[0].title.replace("\u202f", " ") == "58.3 %, n = 120, 95 % interval 49–67 %"


def test_a_cohort_without_a_row_for_a_unit_keeps_its_place() -> None:
    rows = [
        given.closed(1.0, 9, cohort_on=date(2026, 1, 5), **given.one_unit(0), cohort_size=9),
        given.closed(0.5, 9, cohort_on=date(2026, 1, 12), **given.one_unit(2), cohort_size=9),
    ]
    assert [[cell.status for cell in line.cells] for line in charts.retention_grid(rows, "week")] == [
        ["closed", "missing", "missing"],
        ["missing", "missing", "closed"],
    ]


@pytest.mark.parametrize(
    ("last_units", "heads"), [((0, 3, 7), ["0", "1–3", "4–7"]), ((None, None, None), ["0+", "1+", "2+"])]
)
def test_a_column_of_several_units_says_which(last_units: tuple[int | None, ...], heads: list[str]) -> None:
    lines = charts.retention_grid(given.runs_of_units(last_units), "week")
    assert [[cell.units for cell in line.cells] for line in lines] == [heads, heads]


def test_too_few_says_how_few() -> None:
    row = given.without("too_few", 3, cohort_on=date(2026, 1, 5), **given.one_unit(0), cohort_size=3)
    assert charts.retention_grid([row], "week")[0].cells[0].title == "too few (n = 3)"


def test_segments_have_lines_of_their_own_and_nothing_is_nothing() -> None:
    rows = [{**row, given.BY: name} for name in ("Pro", "Free") for row in given.triangle(2)]
    assert [line.label for line in charts.retention_grid(rows, "week", [given.BY])][:2] == [
        *("Free, All cohorts", "Free, Week of 5 January 2026"),
    ]
    assert charts.retention_grid([]) == []


@pytest.mark.parametrize(
    ("share", "heat"), [(0, 0), (0.0001, 1), (0.024, 1), (0.5, 10), (0.76, 15), (0.9999, 19), (1, 20), (1.2, 20)]
)
def test_only_nothing_and_all_have_the_ends_of_the_scale(share: float, heat: int) -> None:
    assert heat_of(share) == heat


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0"), (0.001, "<1"), (0.0951, "10"), (0.03, "3"), (0.999, "99.9"), (1, "100")]
)
def test_a_cell_never_rounds_to_all_or_nothing(share: float, text: str) -> None:
    row = given.closed(share, 1000, cohort_on=date(2026, 1, 5), **given.one_unit(0), cohort_size=1000)
    assert charts.retention_grid([row], "week")[0].cells[0].text == text
