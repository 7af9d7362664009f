"""What forms call the parameters of metrics: real words for each, and the unit of what is a number."""

from __future__ import annotations

import pytest
from web_client import Client
from web_html import Html

from uptake.metrics.catalogue import catalogue
from uptake.web.words import parameter_words as words

PARAMS = [(name, param) for name, entry in catalogue().items() for param in entry.metric.params]


def test_every_parameter_has_words_and_no_words_are_left_over() -> None:
    there = {param.name for _, param in PARAMS}
    assert there == set(words.TITLES), "a parameter needs a title in web/words/parameter_words.py"
    assert words.OF_METRICS.keys() <= {(metric, param.name) for metric, param in PARAMS}
    assert set(words.EMPTY) <= there


def test_every_choice_that_has_words_can_be_chosen() -> None:
    assert words.CHOICES.keys() <= {(param.name, choice) for _, param in PARAMS for choice in param.choices}


@pytest.mark.parametrize("metric", sorted(catalogue()))
def test_no_two_fields_of_a_form_are_called_the_same(metric: str) -> None:
    titles = [words.title(metric, param.name) for name, param in PARAMS if name == metric]
    assert len(titles) == len(set(titles))


def test_a_number_has_its_unit_once() -> None:
    for metric, param in PARAMS:
        if param.type not in ("integer", "number") or param.name.rpartition("_")[2] not in words.UNITS:
            continue
        unit, title = words.unit(metric, param.name), words.title(metric, param.name).lower()
        assert bool(unit) != any(said in title for said in words.UNITS.values()), (metric, param.name, title)


def test_a_field_shows_the_words_and_the_unit(client: Client) -> None:
    page = Html(client.get("/metrics/stickiness").text)
    assert "Of those active within" in page.texts
    assert {"class": "unit", "id": "field-long_days-unit"} in page.of("span")
    field = next(each for each in page.of("input") if each.get("name") == "long_days")
    assert "field-long_days-unit" in str(field["aria-describedby"])


def test_a_form_stays_folded_on_a_phone_until_something_in_it_is_wrong(client: Client) -> None:
    def folds(address: str) -> list[bool]:
        return ["checked" in box for box in Html(client.get(address).text).of("input") if box.get("id") == "fold"]

    assert folds("/metrics/stickiness") == [False]
    assert folds("/metrics/stickiness?long_days=0") == [True]


def test_fields_behind_more_are_shown_when_one_of_them_is_wrong(client: Client) -> None:
    def is_open(address: str) -> bool:
        panels = Html(client.get(address).text).of("details")
        return any("open" in panel for panel in panels if panel.get("class") == "more")

    assert not is_open("/metrics/stickiness")
    assert not is_open("/metrics/stickiness?long_days=0")
    assert is_open("/metrics/stickiness?smooth_days=0")
