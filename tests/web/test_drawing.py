"""What templates draw with: kept pieces, words in two languages, one token for all forms."""

import re

import pytest
from django.template import engines
from django.utils import translation


def drawn(text: str, **values):
    return engines["jinja2"].from_string(text).render(values)


COUNTED = "{% macro piece(value) %}{{ _('Close') }} {{ value }}{% endmacro %}"


def test_a_kept_piece_is_drawn_in_the_language_of_its_reader():
    text = COUNTED + "{{ kept(piece, 'x') }}"
    with translation.override("en"):
        english = drawn(text)
    with translation.override("zh-hans"):
        chinese = drawn(text)

    assert english == "Close x"
    assert chinese == "关闭 x"


@pytest.mark.parametrize(
    ("one", "other"), [(1, True), ("1", 1), (None, "None"), ([1, 2], (1, 2)), ("a", ["a"])]
)
def test_kept_pieces_of_values_that_only_look_alike_are_two(one, other):
    text = (
        COUNTED
        + "{{ kept(piece, one) }}|{{ kept(piece, other) }}|{{ piece(one) }}|{{ piece(other) }}"
    )
    with translation.override("en"):
        first, second, plain, plain_other = drawn(text, one=one, other=other).split("|")

    assert (first, second) == (plain, plain_other)


def test_a_kept_piece_escapes_what_it_is_given():
    assert "&lt;b&gt;" in drawn(COUNTED + "{{ kept(piece, value) }}", value="<b>")


def test_what_could_change_behind_its_back_is_drawn_anew():
    class Count:
        drawn = 0

        def __str__(self):
            self.drawn += 1
            return str(self.drawn)

    with translation.override("en"):
        twice = drawn(COUNTED + "{{ kept(piece, value) }}, {{ kept(piece, value) }}", value=Count())

    assert twice == "Close 1, Close 2"


def test_what_is_filled_into_words_is_escaped_and_a_percent_sign_stands():
    with translation.override("en"):
        filled = drawn("{{ _('Draft of %(time)s kept on this machine', time='<5%') }}")

    assert filled == "Draft of &lt;5% kept on this machine"


def test_all_forms_of_a_page_carry_the_same_token(as_):
    page = as_("desk").get("/").content.decode()
    tokens = re.findall(r'csrfmiddlewaretoken" value="([^"]+)"', page)

    assert len(tokens) > 1
    assert len(set(tokens)) == 1
