"""Takes what tells who somebody is out of a text, and puts it back: names, numbers, plates, addresses."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞"
    "熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣"
    "邓郁单杭洪包诸左石崔吉钮龚程嵇邢裴陆荣翁荀羊惠甄曲封芮羿储靳段富巫焦巴弓牧隗山谷车侯全班仰秋仲伊宫宁仇栾甘钭厉戎祖武"
    "符刘景詹束龙叶幸司韶黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍却璩桑桂濮牛"
    "寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩"
)
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PART = r"[一-龥]{1,7}"
_NUMBER = r"[0-9A-Za-z一二三四五六七八九十百]{1,5}"
_DAY = r"\d{4}-\d\d-\d\d(?!\d)"  # says nothing of anybody
# In this order: what comes first takes its digits before a later one could.
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("邮箱", re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")),
    ("网址", re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)),
    ("证件", re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{15}|[EGeg]\d{8}|[A-HJ-NPR-Z0-9]{17})(?![0-9A-Za-z])")),
    ("车牌", re.compile(rf"[{_PROVINCES}使领][A-Z][·\s]?[A-Z0-9]{{4,5}}[A-Z0-9挂学警港澳]", re.IGNORECASE)),
    ("电话", re.compile(r"(?<!\d)(?:\+?\d{1,3}[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")),
    (
        "电话",
        re.compile(
            r"(?<!\d)(?:\(?0\d{2,3}\)?[- ]?\d{7,8}|[48]00[- ]?\d{3,4}[- ]?\d{3,4}"
            r"|\+\d[\d -]{6,16}\d)(?!\d)"
        ),
    ),
    (
        "号码",
        re.compile(
            rf"(?<!\d)(?!{_DAY})\d(?:[ -]?\d){{6,}}(?!\d)|[零〇一二三四五六七八九幺两]{{7,}}"
            rf"|(?<![0-9A-Za-z])(?!{_DAY})(?=[A-Za-z-]*\d)[0-9A-Za-z-]{{10,}}"
        ),
    ),
    (
        "地址",
        re.compile(
            rf"(?:{_PART}(?:省|市|区|县|镇|乡|街道))*{_PART}(?:路|街|大道|巷|弄|胡同){_NUMBER}(?:号|弄)"
            rf"|{_PART}(?:小区|花园|公寓|新村|家园|苑)(?={_NUMBER}(?:号楼|栋|幢|座|#))"
            rf"|{_NUMBER}\s*(?:号楼|栋|幢|座|#)\s*(?:{_NUMBER}\s*单元)?\s*(?:{_NUMBER}\s*(?:室|号|层))?"
            rf"|{_NUMBER}\s*单元\s*{_NUMBER}\s*(?:室|号)?|{_NUMBER}室"
            r"|\b\d{1,5}\s+(?:[A-Z][a-z]+\s+){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive)\b\.?"
        ),
    ),
    (
        "姓名",
        re.compile(
            rf"(?:我叫|我是|姓名[:： ]?|本人)(?P<one>[{_SURNAMES}][一-龥]{{1,2}})(?=[，。,.、；; \n]|$)"
            rf"|(?P<two>[{_SURNAMES}][一-龥]{{0,2}})(?=先生|女士|小姐|太太|阿姨|大爷|大妈)"
            r"|\b(?:Mr|Mrs|Ms|Miss|Dr)\.?\s+(?P<three>[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)?)"
        ),
    ),
)  # fmt: skip
_WIDE = str.maketrans(
    {
        chr(0xFF01 + n): chr(0x21 + n)
        for n in range(94)
        if chr(0x21 + n).isalnum() or chr(0x21 + n) in "@.+-_"
    }
)
_PLACE = re.compile(r"【([一-龥]{2})(\d{1,4})】")
_SHORTEST = 2


class Mask:
    """Hides what is personal behind places such as 【姓名1】; the same value always behind the same place.

    `known` are values that are personal whatever they look like: names, contacts, addresses on record.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._places: dict[str, str] = {}  # value → place
        self._counts: Counter[str] = Counter()
        values = {one.strip().translate(_WIDE) for one in known}
        self._known = sorted(
            (one for one in values if len(one) >= _SHORTEST), key=len, reverse=True
        )
        self._pattern = re.compile("|".join(map(re.escape, self._known)), re.IGNORECASE)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many values of each sort are hidden."""
        return self._counts

    def hide(self, text: str) -> str:
        """The text with places for what is personal."""
        text = text.translate(_WIDE).replace("【", "〔").replace("】", "〕")
        if self._known:
            text = self._pattern.sub(lambda found: self._place(_sort(found[0]), found[0]), text)
        for sort, shape in _SHAPES:
            text = _outside_places(text, shape, partial(self._hidden, sort))
        return text

    def show(self, text: str) -> str:
        """The text with the values back in their places; a place that hides nothing stays as it is."""
        values = {place: value for value, place in self._places.items()}
        return _PLACE.sub(lambda found: values.get(found[0], found[0]), text)

    def unknown_places(self, text: str) -> tuple[str, ...]:
        """Places that stand in a text and hide nothing: whoever wrote it made them up."""
        known = set(self._places.values())
        return tuple(dict.fromkeys(one[0] for one in _PLACE.finditer(text) if one[0] not in known))

    def _hidden(self, sort: str, found: "re.Match[str]") -> str:
        named = [(name, value) for name, value in found.groupdict().items() if value]
        if not named:
            return self._place(sort, found[0])
        name, value = named[0]
        start, end = found.start(name) - found.start(), found.end(name) - found.start()
        return found[0][:start] + self._place(sort, value) + found[0][end:]

    def _place(self, sort: str, value: str) -> str:
        if value not in self._places:
            self._counts[sort] += 1
            self._places[value] = f"【{sort}{self._counts[sort]}】"
        return self._places[value]


def _sort(value: str) -> str:
    return "号码" if any(sign.isdigit() for sign in value) else "姓名"


def _outside_places(
    text: str, shape: "re.Pattern[str]", hidden: "Callable[[re.Match[str]], str]"
) -> str:
    """The text with what has this shape replaced, but for the places that stand in it already."""
    pieces = re.split(r"(【[一-龥]{2}\d{1,4}】)", text)
    return "".join(
        piece if place % 2 else shape.sub(hidden, piece) for place, piece in enumerate(pieces)
    )
