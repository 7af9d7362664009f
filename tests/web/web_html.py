"""What a page holds that could run or lead away, read from its HTML as a browser would read it."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"input", "img", "meta", "link", "br", "hr", "option", "path", "rect", "circle"}


class Html(HTMLParser):
    """The elements of a page in order, its text, and the elements that are still open at its end."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self._is_data = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._is_data = tag in ("script", "style")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self._is_data = False
        if tag not in VOID:
            assert self.open, f"</{tag}> closes nothing"
            last = self.open.pop()
            assert last == tag, f"</{tag}> closes <{last}>"

    def handle_data(self, data: str) -> None:
        if not self._is_data:
            self.texts.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of that name."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        """What a reader sees, blanks as one."""
        return " ".join(" ".join(self.texts).split()).replace("\u202f", " ")


def require_inert(page: str) -> Html:
    """Reads a page and requires that nothing in it runs but files of ours, and no link leads into a script or away."""
    html = Html(page)
    assert html.open == []
    for tag, attributes in html.elements:
        assert tag not in ("img", "iframe", "object", "embed", "base", "form") or tag == "form", (tag, attributes)
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        if tag == "script":
            is_ours = (attributes.get("src") or "").startswith("/static/")
            assert is_ours or attributes.get("type") == "application/json", attributes
        for name in ("href", "src", "action", "hx-get"):
            target = attributes.get(name)
            assert target is None or target.startswith(("/", "?", "#")), (tag, attributes)
            assert target is None or not target.startswith("//"), (tag, attributes)
    return html
