"""What is personal does not stand in a masked text, however it is written; and comes back unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.engine.masking import Mask

PERSONAL = (
    ("13800005678", "请打13800005678给我"),
    ("138 0000 5678", "电话138 0000 5678"),
    ("+86-138-0000-5678", "打 +86-138-0000-5678"),
    ("010-62345678", "座机010-62345678转3"),
    ("400-800-1234", "拨400-800-1234没人接"),
    ("11010519491231002X", "身份证11010519491231002X"),
    ("wang.min@example.com", "回信到wang.min@example.com。"),
    ("京A12345", "车牌京A12345被刮"),
    ("沪AD12345", "新能源沪AD12345充不上电"),
    ("LSVAA4182E2123456", "车架LSVAA4182E2123456"),
    ("6222020200112233445", "卡号6222020200112233445"),
    ("一三八零零零零五六七八", "号码一三八零零零零五六七八"),
    ("3号楼2单元501室", "家住3号楼2单元501室漏水"),
    ("云桥市东湖区长青路18号", "地址云桥市东湖区长青路18号"),
    ("王敏", "王敏女士来电"),
    ("李测试", "我叫李测试，昨天来过"),
    ("Wang", "Mr Wang called twice"),
    ("12 Long Elm Street", "at 12 Long Elm Street the lift"),
)


@pytest.mark.parametrize(("value", "text"), PERSONAL)
def test_it_is_hidden_and_comes_back(value: str, text: str) -> None:
    mask = Mask()
    hidden = mask.hide(text)
    assert value not in hidden
    assert mask.show(hidden) == text


def test_days_times_and_amounts_stay() -> None:
    text = "2026-03-02 10:05 登记，2026-03-05 答复，要求退 1299.50 元，共 3 件"
    assert Mask().hide(text) == text


def test_wide_digits_are_hidden_too() -> None:
    assert "５６７８" not in Mask().hide("电话１３８００００５６７８")
    assert "5678" not in Mask().hide("电话１３８００００５６７８")


def test_the_same_value_is_always_behind_the_same_place_and_what_is_said_stays() -> None:
    mask = Mask(["王敏", "王"])
    hidden = mask.hide("王敏说大衣开线，王敏要求退 299 元")
    assert hidden == "【姓名1】说大衣开线，【姓名1】要求退 299 元"
    assert mask.counts == {"姓名": 1}


def test_a_place_somebody_typed_shows_nobodys_name() -> None:
    mask = Mask(["王敏"])
    hidden = mask.hide("王敏写了【姓名1】")
    assert hidden.count("【姓名1】") == 1
    assert mask.unknown_places("【姓名9】与【姓名1】") == ("【姓名9】",)
    assert mask.show("【姓名9】") == "【姓名9】"


@given(
    st.text(max_size=60), st.text(max_size=60),
    st.lists(st.text(st.characters(categories=["Lo", "Lu", "Ll"]), min_size=2, max_size=12), min_size=1, max_size=4),
)  # fmt: skip
def test_what_is_known_to_be_personal_never_stands_in_it(
    before: str, after: str, names: list[str]
) -> None:
    mask = Mask(names)
    hidden = mask.hide(f"{before} {' '.join(names)} {after}")
    plain = [hidden]
    for piece in hidden.split("【"):
        plain.append(piece.partition("】")[2])
    assert not any(name in piece for name in names for piece in plain[1:])
