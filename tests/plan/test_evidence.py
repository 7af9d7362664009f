"""Links out of the plan lead where the plan says, whatever an id is."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uptake.plan import Evidence, links_of
from uptake.plan.evidence import read_address
from uptake.plan.problems import Problems

PEOPLE = Evidence(name="people", url="https://rec.example/{user_id}/days?from={from}#{user_id}")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//example.com/{user_id}", "ftp://example.com/",
        "https://{user_id}/", "https://example.com{user_id}/", "https://{account_id}.example.com", "https://a@b.example/",
        "https://user:password@b.example/", "https://", "https://example.com/ x", "https://example.com/\n", " https://a.example/",
        "https://example.com/\"onmouseover=alert(1)", "https://example.com/<script>", "https://example.com/{user_id!r}",
        "https://example.com/{user_id.__class__}", "https://example.com/{", "https://example.com/}", "https://example.com/{}",
        "https://example.com\\@evil.example/", "https://example.com:{user_id}/",
    ],
)  # fmt: skip
def test_what_no_address_may_be(address: str) -> None:
    with pytest.raises(Problems):
        read_address(address)


def test_what_is_not_known_has_no_link() -> None:
    account = Evidence(name="account", title="Tickets", url="http://help.example:8080/?q={account_id}")
    kept = {"people": PEOPLE, "account": account}
    assert links_of(kept, {"user_id": None, "account_id": "a b", "from": "2026-01-01"}) == [
        ("Tickets", "http://help.example:8080/?q=a%20b")
    ]
    for step in (".", ".."):
        assert PEOPLE.link({"user_id": step, "from": "2026-01-01"}) is None


@given(st.text(min_size=1).filter(lambda text: text not in (".", "..")))
def test_an_id_stays_in_its_place(user_id: str) -> None:
    try:
        user_id.encode()
    except UnicodeEncodeError:
        return  # no id that could be imported
    link = PEOPLE.link({"user_id": user_id, "from": "2026-01-01"})
    assert link is not None
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.query) == ("https", "rec.example", "from=2026-01-01")
    assert unquote(parts.path.split("/")[1]) == user_id
    assert parts.path.count("/") == 2
    assert not set(link) & set(" \"'<>\\\n\r\t")
