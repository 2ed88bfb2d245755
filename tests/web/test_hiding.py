"""What a page is given is not hidden by what it imports."""

import pytest
from jinja2 import DictLoader, Environment

FILES = {
    "parts.jinja": "{% macro one() %}{% endmacro %}",
    "layout.jinja": "{% import 'parts.jinja' as frame %}{% block body %}{% endblock %}",
    "page.jinja": "{% extends 'layout.jinja' %}{% import 'parts.jinja' as time %}"
    "{% from 'parts.jinja' import one as drawn %}{% block body %}{{ one }}{% endblock %}",
}


@pytest.mark.parametrize("name", ["time", "frame", "drawn"])
def test_a_page_that_hides_what_it_is_given_is_not_drawn(name: str) -> None:
    page = Environment(loader=DictLoader(FILES), autoescape=True).get_template("page.jinja")
    assert page.render(one="seen")
    with pytest.raises(AssertionError, match=name):
        page.render({name: "10:00"})
