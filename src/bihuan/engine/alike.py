"""Which cases are about one matter: by place, thing, person, category and wording, within a time.

People who complain about one matter word it very differently, and the same words are said of the
next building too. So wording decides nothing alone: it must go with a place, a thing or a person,
and two places that differ are two matters however alike the words.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from operator import add
from zlib import crc32

from bihuan.engine.topics import BESIDE, MATTERS, TOPICS
from bihuan.engine.words import Text

DAY = 86_400
WINDOW = 60 * DAY  # further apart, two complaints are not taken for one matter
READ = 2_000  # characters of a text that are compared
BANDS, ROWS = 8, 3  # of the sketch: nearly equal texts share a band
SENT_TWICE = 0.6  # of the wording shared, from which one text is the other sent again
_TOPIC = 1.0  # words shared (a character alone is half a one), where place or thing agree
_OTHER_TOPIC = 3.0  # … and the topics that are known of both differ
_HALF = 0.5  # … where the category agrees too, and the time so nearly that little else is likely
SOON = 3 * DAY
_ALONE = 0.45  # … where nothing else is known
_ENOUGH = 4  # words, fewer of which are no text to compare by
_MOST_KEYS = 4  # places, and things, by which one case is looked up
_SHOWN = 3  # shared words that are named

_CHOICE = re.compile(
    r"[a-z_]+"
)  # what one chose from a list: a name of the policy, not for readers
THINGS = ("batch", "product", "serial", "order", "plate", "vin", "part")

_DIGITS = {sign: place for place, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_NUMBER = r"(?P<number>\d{1,4}|[a-z]\d{0,3}|[一二两三四五六七八九十]{1,3})"
_BUILDING = re.compile(
    rf"{_NUMBER}\s*(?:号楼|号院|栋|幢|座|#楼|#)"
    r"|(?:building|block|tower)\s+(?P<en>[a-z]?\d{0,4}[a-z]?)\b"
)
_SPOT = re.compile(rf"{_NUMBER}\s*(?P<what>单元|号铺|号店|期|号门|层|楼)")
_CODE = re.compile(
    r"(?<![a-z0-9])(?=[a-z0-9-]*[a-z])(?=[a-z0-9-]*\d)[a-z0-9][a-z0-9-]{2,19}(?![a-z0-9])"
)
_RUN = re.compile(r"[a-z]{3,}|[^\W\d_a-z]{2,}")

# Characters that are no topic by themselves.
_PLAIN = frozenset(
    "的了在是我有不人一这那就都也很还又被把到去来上下里外前后过着给跟和与或从对向让没好多少大小个只次回天年月日时分半点说"
    "要会能可用看打开关放进出修坏换停交收家楼层户自己太什么得地中间边几位件最才再等已经本新旧高低长短全部所以其他她它你们子者些次"
)
# Characters of many topics: one of them shared is half a topic; any other is a whole one.
_OF_MANY = frozenset(
    "水电车门道路口管线面房厅卫厨墙顶板气空声音机器设备系统漏冷热风光油火费钱价货单票卡号码网信话店商场馆院校区园站楼梯"
    "衣鞋包食菜饭酒茶药品质量服务员工师傅客户买卖退换送取装拆洗修理查报通知约付款定金合同发票保险证件图片视频录"
    "请求帮助希望满意难受坏破裂断响叫喊骂打撞摔倒滑湿脏乱差慢快早晚夜雨雪夏冬春秋周星期一二三四五六七八九十百千万元块"
    "部件型款版式样种类名称名姓电手脚头眼心身体病痛安全危险事故原因果法律公司经理领导政府银行学生家长女男老少众主业物品管"
)
# What everybody says who complains; it tells nothing of what about.
_SAID_BY_ALL = re.compile(
    "物业|业主|住户|小区|投诉|反映|电话|没有|没人|不管|不能|不了|处理|解决|问题|一直|已经|今天|昨天|昨晚|晚上|半夜|每天|天天|"
    "我们|你们|他们|我家|家里|这个|那个|什么|怎么|时候|还是|就是|可以|希望|要求|尽快|工作|人员|客服|管管|一点|几天|第一|第二|第三|"
    "店里|店家|商家|整个|好几|老人|孩子|因为|所以|但是|而且|现在|之后|以后|之前|一个|两个|三个|一下|半个|多次|两回|这次|这样|都是|全是|根本|真的"
)
_SAID_BY_ALL_IN_LATIN = re.compile(
    "(?<![a-z])(?:the|and|for|with|that|this|have|has|was|were|not|but|you|they|our|out|are|nobody|again|there|been|had|from|still|when|what|very|too|all|just|after|before|would|will|your|his|her)(?![a-z])"
)


@dataclass(frozen=True, slots=True)
class Told:
    """What of a case is compared: its text folded, and what is known beside it.

    `complainant` is empty where nobody is known: an anonymous case is nobody's.
    """

    key: int
    text: str
    at: int
    complainant: str = ""
    received_by: str = ""  # the unit
    unit: str = ""  # the unit concerned
    person: str = ""  # the person complained about
    category: str = ""
    things: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Traits:
    """A case with what is found in its text; made once, compared with many."""

    told: Told

    @cached_property
    def buildings(self) -> frozenset[str]:
        """The buildings it names, however they are written."""
        found = _BUILDING.finditer(self.told.text[:READ])
        return frozenset(
            _plain(one["number"] or one["en"]) for one in found if one["number"] or one["en"]
        )

    @cached_property
    def spots(self) -> frozenset[str]:
        """Floors, entrances, shops."""
        return frozenset(
            _plain(one["number"]) + one["what"].replace("楼", "层")
            for one in _SPOT.finditer(_BUILDING.sub(" ", self.told.text[:READ]))
        )

    @cached_property
    def things(self) -> frozenset[str]:
        """What has a number or a name of its own: as told, or as it stands in the text."""
        told = (str(value) for name, value in self.told.things.items() if name in THINGS and value)
        return frozenset(told) | frozenset(_CODE.findall(self.told.text[:READ]))

    @cached_property
    def wording(self) -> frozenset[str]:
        """Pairs of characters and words that say what it is about, but for places and what all say."""
        text = _SPOT.sub(" ", _BUILDING.sub(" ", self.told.text[:READ]))
        text = _SAID_BY_ALL_IN_LATIN.sub(" ", _SAID_BY_ALL.sub(" ", text))
        found: set[str] = set()
        for run in _RUN.findall(text):
            found.update([run] if run.isascii() else map(add, run, run[1:]))
        return frozenset(found)

    @cached_property
    def signs(self) -> frozenset[str]:
        """The characters of the wording that may be a topic by themselves."""
        return frozenset("".join(word for word in self.wording if not word.isascii())) - _PLAIN

    @cached_property
    def topics(self) -> frozenset[str]:
        """The topics it speaks of by any of their names, where they are known."""
        return self._spoken(TOPICS)

    @cached_property
    def matters(self) -> frozenset[str]:
        """Those of them it speaks of otherwise than beside another matter."""
        return self._spoken(MATTERS)

    def _spoken(self, names: Mapping[str, str]) -> frozenset[str]:
        return frozenset(names[word] for word in (self.wording | self.signs) & names.keys())

    @cached_property
    def whole(self) -> frozenset[str]:
        """All pairs of characters of the text, places among them."""
        return frozenset(map("".join, pairwise(self.told.text[:READ])))

    def equals(self, other: "Traits") -> float:
        """How nearly the two texts are one, from 0 to 1."""
        if self.told.text == other.told.text:
            return 1.0 if self.told.text else 0.0
        return len(self.whole & other.whole) / max(1, len(self.whole | other.whole))


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a case is like another: `kind` repeat, duplicate or collective, and what they share."""

    kind: str
    other: Told
    share: float  # of the wording
    reasons: tuple[Text, ...]


def likeness(one: Traits, other: Traits) -> Likeness | None:
    """What joins two cases, or None where they are not taken for one matter."""
    mine, theirs = one.told, other.told
    if abs(mine.at - theirs.at) > WINDOW:
        return None
    if _apart(one, other):
        return None
    share = _share(one.wording, other.wording)
    twice = one.equals(other) >= SENT_TWICE
    places = (one.buildings & other.buildings) or (one.spots & other.spots if not (
        one.buildings or other.buildings) else frozenset())  # fmt: skip
    things = one.things & other.things
    products = {
        mine.things.get("product", ""),
        mine.things.get("part", ""),
    }  # with many faults each
    units = bool(mine.unit) and mine.unit == theirs.unit
    person = bool(mine.person) and mine.person == theirs.person
    categories = bool(mine.category) and mine.category == theirs.category
    anchored = bool(places or things or person or units)
    nobody = not mine.complainant or not theirs.complainant
    own = not nobody and mine.complainant == theirs.complainant
    same = (
        (twice and (own or nobody))
        or (share >= _ALONE and min(len(one.wording), len(other.wording)) >= _ENOUGH)
        or (anchored and _words(one, other) >= _needed(one, other))
        or (bool(things - products) and categories)
        or (person and categories)
    )
    faint = not same and anchored and categories and _soon(one, other)
    if not (same or faint):
        return None
    kind = "duplicate" if twice and (own or nobody) else "repeat" if own else "collective"
    return Likeness(kind, theirs, share, tuple(_reasons(
        one, other, places=places, things=things, units=units, person=person,
        categories=categories, twice=kind == "duplicate", faint=faint,
    )))  # fmt: skip


def _words(one: Traits, other: Traits) -> float:
    """How many words two texts share: topics, pairs of characters, and characters that stand alone as halves."""
    common = one.wording & other.wording
    pairs = [
        word for word in common - BESIDE.keys() if word.isascii() or not _PLAIN.issuperset(word)
    ]
    alone = (one.signs & other.signs) - frozenset("".join(common))
    named = {TOPICS[word] for word in (*pairs, *alone) if word in TOPICS}
    by_name = len(_topics(one, other) - named)
    return by_name + len(pairs) + sum(0.5 if sign in _OF_MANY else 1.0 for sign in alone)


def _topics(one: Traits, other: Traits) -> frozenset[str]:
    """The topics both speak of; what is said beside the matter counts where nothing else is known of one."""
    known = one.matters and other.matters
    return one.matters & other.matters if known else one.topics & other.topics


def _needed(one: Traits, other: Traits) -> float:
    """How many words two texts of one place or thing must share to be one matter."""
    differ = bool(one.matters and other.matters) and not one.matters & other.matters
    return _OTHER_TOPIC if differ else _TOPIC


def _soon(one: Traits, other: Traits) -> bool:
    """Whether two of one place and category came so soon one after the other that half a word will do."""
    known = one.matters and other.matters
    return not known and abs(one.told.at - other.told.at) <= SOON and _words(one, other) >= _HALF


def _apart(one: Traits, other: Traits) -> bool:
    """Whether both name where it is, or what, or whom, and name different ones."""
    mine, theirs = one.told, other.told
    return (
        bool(one.buildings and other.buildings and not one.buildings & other.buildings)
        or bool(mine.person and theirs.person and mine.person != theirs.person)
        or bool(mine.unit and theirs.unit and mine.unit != theirs.unit)
        or bool(mine.category and theirs.category and mine.category != theirs.category)
        or any(
            mine.things.get(name) and theirs.things.get(name)
            and mine.things[name] != theirs.things[name]
            for name in THINGS
        )
    )  # fmt: skip


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of the shorter they have in common."""
    return len(one & other) / max(1, min(len(one), len(other)))


def _reasons(
    one: Traits, other: Traits, *, places: frozenset[str], things: frozenset[str], units: bool,
    person: bool, categories: bool, twice: bool, faint: bool,
) -> list[Text]:  # fmt: skip
    found: list[Text] = []
    if twice:
        found.append(Text("文字几乎相同", "almost the same words"))
    if places:
        named = "、".join(sorted(places))
        found.append(Text(f"同一地点（{named}）", f"same place ({named.replace('、', ', ')})"))
    elif units:
        found.append(Text("同一单位", "same unit"))
    if things:
        named = next((one for one in sorted(things) if not _CHOICE.fullmatch(one)), "")
        found.append(
            Text(f"同一物品（{named}）", f"same thing ({named})")
            if named
            else Text("同一物品", "same thing")
        )
    if person:
        found.append(Text("同一被投诉人", "same person complained about"))
    if words := shared_words(one, other):
        named = "、".join(words)
        found.append(Text(f"都说到“{named}”", f"both say “{named.replace('、', ', ')}”"))
    elif topics := sorted(_topics(one, other)):
        named = "、".join(topics[:_SHOWN])
        found.append(Text(f"说的都是“{named}”", f"both speak of “{named.replace('、', ', ')}”"))
    elif categories:
        found.append(Text("同一类别", "same category"))
    if faint:
        days = SOON // DAY
        found.append(
            Text(
                f"{days} 天之内，但用词少有相同",
                f"within {days} days, though few words are shared",
            )
        )
    return found


def shared_words(one: Traits, other: Traits) -> list[str]:
    """The longest stretches of wording that both hold, as they stand in the first."""
    common = one.wording & other.wording
    found: list[str] = []
    at, text = 0, one.told.text[:READ]
    found += [run for run in _RUN.findall(text) if run.isascii() and run in common]
    while at < len(text) - 1:
        end = at
        while end < len(text) - 1 and text[end : end + 2] in common:
            end += 1
        if end > at:
            found.append(text[at : end + 1])
        at = max(end, at + 1)
    return sorted(dict.fromkeys(found), key=len, reverse=True)[:_SHOWN]


@dataclass(frozen=True, slots=True)
class Group:
    """Cases taken for one matter: how many different people, in how long, and what joins them."""

    kind: str
    cases: tuple[int, ...]
    complainants: int
    days: int
    reasons: tuple[Text, ...]

    @property
    def text(self) -> Text:
        """Why, in one sentence: same place, same words, 4 complainants in 9 days."""
        zh, en = (
            "，".join(one.zh for one in self.reasons),
            ", ".join(one.en for one in self.reasons),
        )
        people = Text(
            f"{self.days} 天内 {self.complainants} 位投诉人",
            f"{self.complainants} {'complainant' if self.complainants == 1 else 'complainants'} "
            f"in {self.days} {'day' if self.days == 1 else 'days'}",
        )
        return Text(
            f"{zh}，{people.zh}" if zh else people.zh, f"{en}, {people.en}" if en else people.en
        )


def group_of(told: Told, found: Collection[Likeness]) -> Group | None:
    """A case with all that are like it, counted by different complainants; None where none is."""
    if not found:
        return None
    members = [told, *(one.other for one in found)]
    people = {one.complainant for one in members if one.complainant}
    ends = [one.at for one in members]
    days = max(1, -(-(max(ends) - min(ends)) // DAY))
    best = max(found, key=lambda one: one.share)
    kinds = {one.kind for one in found}
    kind = "collective" if "collective" in kinds else "repeat" if "repeat" in kinds else "duplicate"
    cases = tuple(sorted({one.key for one in members} - {0}))
    return Group(kind, cases, len(people), days, best.reasons)


def groups_of(likes: Mapping[int, Mapping[int, float]]) -> list[frozenset[int]]:
    """What is taken for one matter, by who is like whom and how much: the largest first.

    Two groups become one where at least half of all pairs across are alike: one bridge between two
    matters does not make them one.
    """
    group = {one: frozenset({one}) for one in likes}
    pairs = sorted(
        (
            (-share, one, two)
            for one, near in likes.items()
            for two, share in near.items()
            if one < two
        ),
    )
    joined = True
    while joined:
        joined = False
        for _, one, two in pairs:
            left, right = group[one], group[two]
            if left is right:
                continue
            across = sum(len(likes[member].keys() & right) for member in left)
            if 2 * across >= len(left) * len(right):
                both = left | right
                group |= dict.fromkeys(both, both)
                joined = True
    found = {members for members in group.values() if len(members) > 1}
    return sorted(found, key=lambda members: (-len(members), min(members)))


# -- How those that may be alike are found among very many -------------------------------------------


def keys_of(traits: Traits) -> frozenset[int]:
    """Numbers that cases have in common if they may be one matter: kept in a table, looked up."""
    told = traits.told
    named = [f"building {told.received_by} {one}" for one in sorted(traits.buildings)[:_MOST_KEYS]]
    named += [f"thing {one}" for one in sorted(traits.things)[:_MOST_KEYS]]
    named += [f"person {told.person}"] if told.person else []
    named += [f"text {told.text[:READ]}"] if told.text else []
    return frozenset(map(_key, named)) | frozenset(_bands(traits))


def _bands(traits: Traits) -> list[int]:
    """A sketch of the wording: one hash a pair of characters, the least in each of some bins."""
    if len(traits.wording) < ROWS:
        return []
    bins = [0] * (BANDS * ROWS)
    for sign in traits.wording:
        value = crc32(sign.encode()) or 1
        place = value % len(bins)
        if not bins[place] or value < bins[place]:
            bins[place] = value
    count = len(bins)
    for place in range(count):  # an empty bin takes what stands in the next that is not
        if not bins[place]:
            bins[place] = next((-bins[(place + on) % count] - on for on in range(1, count)
                                if bins[(place + on) % count] > 0), 0)  # fmt: skip
    return [_key(f"w{band}:{bins[band * ROWS : band * ROWS + ROWS]}") for band in range(BANDS)]


def _key(name: str) -> int:
    data = name.encode(errors="replace")
    return (crc32(data) << 31 | crc32(data[::-1]) >> 1) & (2**62 - 1)


def _plain(number: str) -> str:
    """A number in plain digits: 十二 is 12."""
    if not number or number[0].isascii():
        return number.lstrip("0") or number
    tens, ten, ones = number.partition("十")
    if not ten:
        return "".join(str(_DIGITS[sign]) for sign in number if sign in _DIGITS)
    return str(_DIGITS.get(tens, 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0))
