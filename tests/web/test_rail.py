"""The rail: pages that this workspace has something for, with data and plan always last."""

from uptake.plan import Plan
from uptake.web.site import rail


def test_the_rail_has_trials_only_where_the_plan_has() -> None:
    addresses = [url for _, pages in rail(Plan()) for _, url in pages]
    assert "/trials" not in addresses
    assert addresses[-1] == "/data"
