"""Segments in a plan: how they are written, lists of ids beside it, and what is wrong with either."""

from __future__ import annotations

from pathlib import Path

import pytest

from uptake.errors import PlanError
from uptake.plan import Condition, Group, load, parse
from uptake.plan.segment_list import list_text, read_list


def message_of(text: str) -> str:
    with pytest.raises(PlanError) as raised:
        parse({"plan/x.yml": text})
    return str(raised.value)


def plan(*lines: str) -> str:
    return "segments:\n" + "".join(f"  {line}\n" for line in lines)


def test_conditions_name_attributes_of_the_entity_and_all_keys_must_hold() -> None:
    text = plan("some: {entity: account, where: {plan: Pro, any: [{account.seats: {gte: 10}}, {all: [{tier: 1}]}]}}")
    where = parse({"plan.yml": text}).segments["some"].where
    plan_is = Condition(property="account.plan", test="is", values=("Pro",))
    seats = Condition(property="account.seats", test="gte", values=(10,))
    tier = Condition(property="account.tier", test="is", values=(1,))
    one_of = Group(kind="any", of=(
        Group(kind="all", conditions=(seats,)),
        Group(kind="all", of=(Group(kind="all", of=(Group(kind="all", conditions=(tier,)),)),)),
    ))  # fmt: skip
    assert where == Group(kind="all", conditions=(plan_is,), of=(one_of,))
    assert [location for location, _ in where.leaves()] == [
        ("account.plan",),
        ("any", 0, "account.seats"),
        ("any", 1, "all", 0, "account.tier"),
    ]


def test_a_title_is_made_of_the_name() -> None:
    read = parse({"plan.yml": plan("big_ones: {entity: account, ids: [a]}", "x: {entity: user, title: X y, ids: [b]}")})
    assert [segment.title for segment in read.segments.values()] == ["Big ones", "X y"]


MISTAKES = [
    ("entity: users, ids: [a]", "segments.s.entity is 'users'. Allowed: user, account."),
    ("entity: user", "segments.s does not say who belongs to it. Allowed: where, when, did, list, ids. Give one of them."),
    ("entity: user, ids: [a], where: {x: 1}", "segments.s has where and ids. Allowed: where, when, did, list, ids. Give one of them."),
    ("entity: user, ids: [a], list: lists/a.csv", "segments.s has list and ids. Give one of them."),
    ("entity: user, ids: a", "segments.s.ids is 'a', text. Allowed: a list of ids."),
    ("entity: user, ids: [1]", "segments.s.ids[1] is 1, a number. Allowed: text. Put it in quotes."),
    ("entity: user, list: ../x.csv", "segments.s.list is '../x.csv'. Allowed: a file lists/NAME.csv in the folder of the plan."),
    ("entity: user, list: lists/../x.csv", "segments.s.list is 'lists/../x.csv'. Allowed: a file lists/NAME.csv in the folder of the plan."),
    ("entity: user, list: lists/x.csv", "segments.s.list is 'lists/x.csv', and there is no file plan/lists/x.csv."),
    ("entity: user, where: {account.plan: Pro}", "segments.s.where.account.plan is an attribute of accounts in a segment of users. Make a segment of accounts of it; a question may take several segments."),
    ("entity: user, where: {plan: {above: 1}}", "segments.s.where.plan.above is not a key here. Allowed: is, is_not, gt, gte, lt, lte, contains, exists."),
    ("entity: user, where: {}", "segments.s.where is an empty mapping. Allowed: a mapping of attributes to tests, such as {plan: Pro}, all and any, with a list of these."),
    ("entity: user, where: {any: {plan: Pro}}", "segments.s.where.any is a mapping. Allowed: a list of mappings, such as [{plan: Pro}, {seats: {gte: 10}}]. An attribute of that name is user.any."),
    ("entity: user, where: {all: [{}]}", "segments.s.where.all[1] is an empty mapping. Allowed: a mapping of attributes to tests, such as {plan: Pro}, all and any, with a list of these."),
]  # fmt: skip


@pytest.mark.parametrize(("written", "message"), MISTAKES)
def test_a_mistake_is_told_with_file_and_line(written: str, message: str) -> None:
    assert message_of(plan(f"s: {{{written}}}")) == f"plan/x.yml:2: {message}"


def test_groups_can_be_nested_ten_deep() -> None:
    nested = "{a: 1}"
    for _ in range(9):
        nested = f"{{any: [{nested}]}}"
    assert parse({"plan.yml": plan(f"s: {{entity: user, where: {nested}}}")}).segments
    too_deep = plan(f"s: {{entity: user, where: {{all: [{nested}]}}}}")
    assert "nested more than" in message_of(too_deep)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("user_id\na\nb\n", ("a", "b")),
        ("User_ID \r\n a \r\n\r\nb\r\na", ("a", "b")),
        ("name;user_id;note\nAda;a;x\nBob;b;\n", ("a", "b")),
        ("name\tuser_id\nAda\ta\n", ("a",)),
        ('user_id\n"a,1"\n"b""2"\n"c\nd"\n', ("a,1", 'b"2', "c\nd")),
        ("user_id\n=1+1\n日本\n", ("=1+1", "日本")),
        ("user_id", ()),
        ("user_id\n\n\n", ()),
    ],
)
def test_a_list_is_read_as_people_save_it(text: str, ids: tuple[str, ...]) -> None:
    assert read_list(text, "plan/lists/x.csv", "user") == (ids, [])


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "There is no column user_id. It is empty: begin with a line user_id, then an id a line."),
        ("account_id,x\na,1\n", 1, "There is no column user_id. Its columns are 'account_id', 'x': begin with a line user_id, then an id a line."),
        ("user_id,name\na,Ada\n,Bob\n", 3, "The row has no user_id. Fill it in, or take the row away."),
        ("name,user_id\nAda,a\nBob\n", 3, "The row has no user_id. Fill it in, or take the row away."),
        ('user_id\n"a\n', 2, "This is not CSV: unexpected end of data. Put texts with quotes, commas or line ends in quotes."),
        (f"user_id\n{'x' * 1001}\n", 2, f"user_id is '{'x' * 60}…'. Allowed: at most 1,000 characters without NUL."),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_list_is_told_with_its_line(text: str, line: int, message: str) -> None:
    _, (refusal,) = read_list(text, "plan/lists/x.csv", "user")
    assert (refusal.place.line, refusal.text) == (line, message)


def test_the_files_of_lists_belong_to_the_plan(tmp_path: Path) -> None:
    """With a byte order mark, as spreadsheets save; ids in another order, or twice, are the same plan."""
    folder = tmp_path / "plan"
    (folder / "lists").mkdir(parents=True)
    (folder / "segments.yml").write_text(plan("s: {entity: account, list: lists/pilot.csv}"))
    file = folder / "lists" / "pilot.csv"
    file.write_bytes(b"\xef\xbb\xbfaccount_id\r\nb\r\na\r\n")
    first = load(folder)
    assert first.segments["s"].members == ("a", "b")
    file.write_text("account_id\na\nb\na\n")
    assert load(folder).version == first.version
    file.write_text("account_id\na\n")
    assert load(folder).version != first.version
    assert load(folder).facts_version == first.facts_version
    file.write_bytes(b"account_id\na\n\xff\n")
    with pytest.raises(PlanError, match=r"^plan/lists/pilot.csv:3: byte 0xff is not UTF-8"):
        load(folder)
    file.unlink()
    with pytest.raises(PlanError, match=r"^plan/segments.yml:2: .* there is no file plan/lists/pilot.csv"):
        load(folder)


def test_a_hundred_thousand_ids_are_read_again_as_they_were_written() -> None:
    ids = tuple(sorted(f'user "{number}", of\nmany' for number in range(100_000)))
    text = list_text("user", ids)
    read = parse({"plan/x.yml": plan("s: {entity: user, list: lists/x.csv}"), "plan/lists/x.csv": text})
    assert read.segments["s"].members == ids
    assert len(read.version) == 12
