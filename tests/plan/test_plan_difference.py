"""What two plans say differently, and what is only written otherwise."""

from __future__ import annotations

from uptake.plan import changes

BEFORE = {
    "plan/a.yml": """\
scores:
  health:
    title: Health score
    components: {nps: 0.1, breadth: {weight: 0.3}}
features:
  boards: {title: The boards, events: [a, b]}
  old: {events: [o]}
segments:
  vip: {entity: account, list: lists/vip.csv}
""",
    "plan/lists/vip.csv": "account_id\na\nb\n",
}


def told(after: dict[str, str], before: dict[str, str] = BEFORE) -> list[tuple[str, str]]:
    return [(change.place, change.told) for change in changes(before, before | after)]


def test_every_change_has_its_place_and_is_told_in_words() -> None:
    text = BEFORE["plan/a.yml"].replace("nps: 0.1", "nps: 0.2").replace("[a, b]", "[a, b, c]")
    text = text.replace("  old: {events: [o]}\n", "").replace("title: Health score", "bands: {good: 75}")
    assert told({"plan/a.yml": text}) == [
        ("plan/a.yml:3", "Score Health, bands is new: good 75"),
        ("plan/a.yml:4", "Score Health, nps is 0.2, was 0.1"),
        ("plan/a.yml:3", "Health score, title is gone; it was Health score"),
        ("plan/a.yml:6", "Feature The boards, events, new: c"),
        ("plan/a.yml:7", "Feature Old is gone"),
    ]  # fmt: skip


def test_what_means_the_same_is_no_change() -> None:
    text = BEFORE["plan/a.yml"].replace("breadth: {weight: 0.3}", "breadth: 0.3").replace("[a, b]", "[a, b]")
    assert told({"plan/a.yml": text + "product: {timezone: UTC}\n"}) == []
    assert told({"plan/a.yml": text.replace("nps: 0.1", "nps: 0.4")}) == [
        ("plan/a.yml:4", "Health score, nps is 0.4, was 0.1")
    ], "beside a change, too"


def test_a_list_of_ids_is_a_change() -> None:
    ((_, change),) = told({"plan/lists/vip.csv": "account_id\na\nc\n"})
    assert change == "Segment Vip, ids, new: c; gone: b"
    ids = "account_id\n" + "".join(f"account-{number}\n" for number in range(500))
    ((_, change),) = told({"plan/lists/vip.csv": ids})
    assert "(500 in all)" in change


def test_rules_and_lists_are_told_without_their_marks() -> None:
    """The marks of the files, braces and brackets, are no words; what a file says stands beside, as it was written."""
    text = (
        BEFORE["plan/a.yml"]
        + """\
alerts:
  weak:
    when: {score.health: {lt: 40}, any: [{account.plan: [Pro, Team]}, {pulse: {exists: false}}]}
  late: {when: {renewal_in: {lte: 60}}}
"""
    )
    other = text.replace("account.plan: [Pro, Team]", "account.plan: Pro").replace(
        "renewal_in: {lte: 60}", "nps: {lt: 0}"
    )
    assert told({"plan/a.yml": other}, BEFORE | {"plan/a.yml": text}) == [
        ("plan/a.yml:12", "Alert Weak, any, new: account.plan Pro; gone: account.plan Pro, Team"),
        ("plan/a.yml:13", "Alert Late, nps is new: below 0"),
        ("plan/a.yml:13", "Alert Late, renewal in is gone; it was at most 60"),
    ]
    swapped = text.replace("[a, b]", "[b, a]")
    assert told({"plan/a.yml": swapped}, BEFORE | {"plan/a.yml": text}) == [
        ("plan/a.yml:6", "Feature The boards, events, in another order")
    ]


def test_scores_that_come_by_themselves_are_there_though_nobody_wrote_them() -> None:
    text = "scores:\n  health: {title: Health score, entities: [account], components: {nps: 0.1}}\n"
    told_ = [change.told for change in changes({}, {"plan/a.yml": text})]
    assert "Health score, breadth is gone; it was 0.1" in told_
    assert told_[-2:] == ["Adoption score is gone", "Engagement score is gone"]
    assert not any("Health score is new" in one or "nps" in one for one in told_)
