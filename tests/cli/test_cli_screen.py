"""Whatever customers call things, a terminal, a spreadsheet and the server's messages survive it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uptake import errors
from uptake.cli import screen
from uptake.metrics.core.export import harmless
from uptake.web import messages
from uptake.web.guard import is_loopback

FOREIGN = st.text(max_size=40) | st.sampled_from(
    ["[red]x[/red]", "[/]", ":boom:", "\x1b[2J", "a\r\nb", "\u202eabc", "漢字" * 30]
)


@given(FOREIGN)
@settings(deadline=None)
def test_inert_text_is_one_line_that_nothing_acts_on(text: str) -> None:
    shown = screen.inert(text)
    assert len(shown.splitlines()) <= 1
    assert screen.inert(shown) == shown
    assert not set(shown) & {"\x1b", "\x07", "\x9b", "\u202e", "\u200b"}


@given(st.lists(st.tuples(FOREIGN, FOREIGN), max_size=5), st.integers(10, 120))
@settings(deadline=None)
def test_a_table_takes_any_text_in_any_width(rows: list[tuple[str, str]], width: int) -> None:
    paper = io.StringIO()
    screen.paper(paper).print(screen.table(("[b]head", "n"), rows, right=(1,), width=width))
    assert "\x1b" not in paper.getvalue()
    assert "\r" not in paper.getvalue()


def test_columns_that_do_not_fit_are_counted() -> None:
    """Two columns of 10 and the 2 blanks between them need 22; the third needs 34."""
    heads, rows, numbers = ["a", "b", "c"], [["x" * 10] * 3], range(3)
    assert [screen.fitting(heads, rows, numbers, width) for width in (5, 21, 22, 33, 34)] == [1, 1, 2, 2, 3]


@given(st.text() | st.sampled_from(["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"]))
@settings(deadline=None)
def test_no_cell_of_text_begins_like_a_formula(text: str) -> None:
    cell = harmless(text)
    assert cell in (text, f"'{text}")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=1))
@settings(deadline=None)
def test_defused_cells_come_back_out_of_the_csv(texts: list[str]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow(map(harmless, texts))
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert row == [harmless(text) for text in texts]


@pytest.mark.parametrize("number", [-1, -1.5, 0, None, True])
def test_numbers_stay_numbers(number: object) -> None:
    assert harmless(number) is number


@pytest.mark.parametrize("kind", [errors.UptakeError, *errors.UptakeError.__subclasses__()])
def test_every_error_comes_through_the_server_as_it_was(kind: type[errors.UptakeError]) -> None:
    before = (
        kind("what") if kind in (errors.DiskFull, errors.MemoryShort) else kind("what", allowed=["a", "b"], do="do")
    )
    told = messages.decode(messages.encode(messages.problem(before)), messages.Problem)
    after = messages.error(told)
    assert type(after) is kind
    assert str(after) == str(before)
    assert (after.what, after.allowed, after.do) == (before.what, before.allowed, before.do)


def test_an_answer_of_another_version_is_said_to_be_one() -> None:
    with pytest.raises(errors.ServerFailed, match="another version"):
        messages.decode(b'{"unknown": 1}', messages.Problem)


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1"])
def test_names_of_this_machine(name: str) -> None:
    assert is_loopback(name)


@pytest.mark.parametrize("name", ["", "0.0.0.0", "::", "localhost.example", "127.0.0.1.nip", "2130706433"])  # noqa: S104 - none of them is bound
def test_names_of_others(name: str) -> None:
    assert not is_loopback(name)
