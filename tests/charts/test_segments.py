from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from uptake.charts import segments

PLACES = st.lists(st.floats(0, 1), max_size=12)


def test_labels_that_touch_are_moved_apart_around_their_middle() -> None:
    assert segments.spread([0.5, 0.5, 0.9], 0.1, 0, 1) == [0.45, 0.55, 0.9]
    assert segments.spread([0.0, 0.0, 0.0], 0.1, 0, 1) == [0.0, 0.1, 0.2]
    assert segments.spread([1.0, 0.99], 0.1, 0, 1) == [1.0, 0.9]
    assert segments.spread([], 0.1, 0, 1) == []
    assert segments.spread([3], 0.1, 0, 1) == [1]


@given(PLACES)
def test_labels_keep_their_order_their_distance_and_the_plot(places: list[float]) -> None:
    spread = segments.spread(places, 0.05, 0, 1)
    ordered = sorted(spread)
    assert all(after - before >= 0.05 - 1e-6 for before, after in pairwise(ordered))
    assert all(-1e-6 <= place <= 1 + 1e-6 for place in spread)
    by_place = [spread[index] for index in sorted(range(len(places)), key=lambda index: (places[index], index))]
    assert by_place == sorted(by_place)


def test_more_labels_than_fit_share_the_room() -> None:
    assert segments.spread([0.5] * 5, 0.5, 0, 1) == [0, 0.25, 0.5, 0.75, 1]


def test_a_missing_property_is_said_and_two_are_joined() -> None:
    assert segments.segment_of({"a": None, "b": "x"}, ["a", "b"]) == "not set · x"
    assert segments.segment_of({"a": 0}, ["a"]) == "0"
    assert segments.segment_of({}, []) == ""


def test_the_largest_segments_are_kept_in_the_order_of_the_alphabet() -> None:
    rows = [{"s": name, "n": size} for name, size in (("b", 5), ("c", 9), ("a", 1), ("d", None))]
    assert segments.largest(rows, ["s"], 2) == (["b", "c"], 4)


def test_six_segments_reuse_hues_with_dashes() -> None:
    names = [f"s{index}" for index in range(6)]
    look = segments.look_of(names)
    assert look.line["strokeDash"]["scale"]["range"] == [[1, 0]] * 5 + [[5, 4]]
    assert [look.name_of(name) for name in ("s0", "s4", "s5", "x")] == ["hue-0", "hue-4", "hue-0", "plain-series"]
    assert "strokeDash" not in segments.look_of(names[:5]).line
    assert segments.look_of([""]).color == {}
