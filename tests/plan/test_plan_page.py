"""What docs/plan.md shows can be copied and works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from uptake.plan import Plan, conditions, parse, parse_condition, vanity_warnings
from uptake.plan.condition import TESTS
from uptake.plan.feature import Feature
from uptake.plan.product import Product

PAGE = (Path(__file__).parents[2] / "docs" / "plan.md").read_text()
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split(":", maxsplit=1)[0])
def test_every_example_loads_without_a_warning(block: str) -> None:
    needed = {"launches": "features:", "bands": "product:"}.get(block.split(":", maxsplit=1)[0])
    before = next(one for one in BLOCKS if one.startswith(needed)) if needed else ""
    plan = parse({"docs/plan.md": before + block})
    assert plan.version != Plan().version or block.startswith("start:")
    assert vanity_warnings(plan) == ()


def test_there_is_an_example_of_every_section() -> None:
    assert [block.split(":")[0] for block in BLOCKS] == list(Plan.keys())


def test_all_examples_together_are_one_plan() -> None:
    plan = parse({"docs/plan.md": "\n".join(BLOCKS)})
    assert plan.product.name == "Planboard"
    assert list(plan.features) == ["boards", "reports"]


@pytest.mark.parametrize("key", [*Feature.keys(), *Product.keys(), *TESTS])
def test_every_key_and_test_is_named(key: str) -> None:
    assert re.search(rf"\b{key}\b", PAGE)


def test_the_conditions_of_the_table_and_of_the_command_line_are_read() -> None:
    rows = re.findall(r"^\| `([a-z_]+: .+?)` \|", PAGE, flags=re.MULTILINE)
    assert len(rows) == 7
    for row in rows:
        assert parse({"a.yml": f"active: [{{event: a, where: {{{row}}}}}]"}).active[0].where
    short = re.search(r"short texts:(.*?)\. There", PAGE, flags=re.DOTALL)
    assert short is not None
    written = re.findall(r"`(.+?)`", short[1])
    assert len(written) == 7
    assert len(conditions(written)) == 7
    assert parse_condition(written[1]).values == ("Pro", "Enterprise")
