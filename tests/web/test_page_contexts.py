"""A page is a documented dataclass: its fields are exactly what its template uses, and each is described."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import fields

import pytest
from jinja2 import meta, nodes

from uptake.web import pages
from uptake.web.pages import problems, waiting
from uptake.web.site import Frame, Page, Part, environment

FRAME = {field.name for field in fields(Frame)}
TEMPLATES = environment()
BARE = environment()
BARE.globals.clear()  # Jinja's search takes a field for a function of the same name


def every() -> Iterator[type[Page] | type[Part]]:
    for module in (*pages.FAMILIES, problems, waiting):
        for _, found in inspect.getmembers(module, inspect.isclass):
            if found.__module__ == module.__name__ and issubclass(found, Page | Part):
                yield found


def used(template: str) -> set[str]:
    """The variables of a template and of what it extends, without what it imports."""
    assert BARE.loader is not None
    tree = BARE.parse(BARE.loader.get_source(BARE, template)[0])
    # An import at the top is known inside blocks too, which Jinja's own search does not see.
    imported = {
        name if isinstance(name, str) else name[-1] for one in tree.find_all(nodes.FromImport) for name in one.names
    }
    imported |= {one.target for one in tree.find_all(nodes.Import)}
    parents = [one.template.value for one in tree.find_all(nodes.Extends) if isinstance(one.template, nodes.Const)]
    return (meta.find_undeclared_variables(tree) - imported).union(*(used(parent) for parent in parents))


@pytest.mark.parametrize("page", list(every()), ids=lambda page: page.__name__)
def test_a_template_uses_exactly_the_fields_of_its_page(page: type[Page] | type[Part]) -> None:
    given = {field.name for field in fields(page)} - {"code", "place"}  # for the server and the frame
    frame = FRAME if issubclass(page, Page) else set()
    assert not given & frame
    assert used(page.template) - frame - (TEMPLATES.globals.keys() - given) - {"code"} == given


@pytest.mark.parametrize("page", list(every()), ids=lambda page: page.__name__)
def test_every_field_is_described(page: type[Page] | type[Part]) -> None:
    told = inspect.getdoc(page) or ""
    own = [name for name in page.__annotations__ if name not in ("template", "section", "title")]
    described = re.findall(r"^    (\w+): ", told, re.MULTILINE)
    # A single field is described by what the class is called.
    assert described == own or (len(own) == 1 and not described)


def test_every_template_belongs_to_a_page() -> None:
    named = {page.template for page in every()}
    whole = {name for name in TEMPLATES.list_templates() if not name.startswith(("_", "base"))}  # macros, layouts
    assert whole == named
