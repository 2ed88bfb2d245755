"""Bytes read as text, whatever their label says: labels lie, in Chinese mail more often than elsewhere.

Any GB label is read as GB18030; what is well-formed UTF-8 and reads as Chinese is UTF-8 under any
label; where a label does not fit, the likely encodings are tried and the one that reads as Chinese wins.
"""

import re

_GB = re.compile(r"^(x-)?(gb|cp936|ms936|chinese|euc-?cn|iso-ir-58|csgb)", re.IGNORECASE)
_BIG5 = re.compile(r"^(x-)?(big-?5|cp950|ms950|cn-big5)", re.IGNORECASE)
_OURS = {"hz": "hz", "hz-gb-2312": "hz", "utf7": "utf-7", "unicode-1-1-utf-7": "utf-7"}
_VAGUE = frozenset(
    {"", "ascii", "us-ascii", "iso-8859-1", "latin1", "latin-1", "windows-1252", "cp1252",
     "iso8859-1", "unknown", "unknown-8bit", "x-unknown", "default", "8bit", "binary", "ansi"}
)  # fmt: skip
_WESTERN = dict.fromkeys(
    ("iso-8859-1", "iso8859-1", "latin1", "latin-1", "windows-1252", "cp1252"), "cp1252"
)
_HAN = re.compile(r"[\u3400-\u9fff\uff01-\uff5e\u3001-\u3011]")
_UNKEPT = re.compile(r"[\x00\ud800-\udfff]")
# The characters that make up a fifth of any Chinese text, simplified and traditional.
_COMMON = frozenset(
    "的一是不了在人有我他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后"
    "能对着事其里所去行过家十用发天如然作方成者多日都三小军二无同么经法当起与好看学进种将还分"
    "此心前面又定见只主没公从個這們來說國時後對過發無當經與種將還見從請您問題投诉訴退货貨服务"
    "務质質量商品客户戶电話话电子邮郵件处處理反馈饋买買收到钱錢店"  # zh: data
)
_LIKELY = ("gb18030", "big5hkscs")
ENOUGH = 20_000  # bytes that a guess looks at


def decoded(data: bytes, label: str = "") -> str:
    """The text that these bytes are most likely meant to be; never raises."""
    return _UNKEPT.sub("", _decoded(data, _plain(label)))


def _plain(label: str) -> str:
    return label.strip().strip("\"';").split(";")[0].split("*")[0].strip().lower()


def _decoded(data: bytes, label: str) -> str:
    if data.isascii():
        return _seven_bits(data, label)
    if label.startswith(("utf-16", "utf16", "ucs-2", "utf-32")) and (text := _strict(data, label)):
        return text
    utf8 = _strict(data, "utf-8")
    if utf8 is not None and (_HAN.search(utf8) or not _is_chinese(label)):
        return utf8.removeprefix("\ufeff")
    if _GB.match(label):
        return _strict(data, "gb18030") or _guessed(data, "gb18030")
    if _BIG5.match(label):
        return _strict(data, "big5hkscs") or _guessed(data, "big5hkscs")
    if label not in _VAGUE and not label.startswith(("utf-8", "utf8")):
        text = _strict(data, _OURS.get(label, label))
        if text is not None:
            return text
    return _guessed(data, _WESTERN.get(label, "") if label in _VAGUE else "utf-8")


def _is_chinese(label: str) -> bool:
    return bool(_GB.match(label) or _BIG5.match(label))


def _seven_bits(data: bytes, label: str) -> str:
    if (label in _OURS and _OURS[label] == "hz") or b"~{" in data:
        text = _strict(data, "hz")
        if text is not None and (label in _OURS or _HAN.search(text)):
            return text
    codec = _OURS.get(label, label)
    if codec == "utf-7" or codec.startswith("iso-2022") or codec == "utf-7":
        text = _strict(data, codec)
        if text is not None:
            return text
    return data.decode("ascii")


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (LookupError, UnicodeError, ValueError):
        return None


def _guessed(data: bytes, first: str) -> str:
    """What reads most like Chinese, else what a detector says, else what can be read of it."""
    some = data[:ENOUGH]
    readings = {codec: some.decode(codec, "replace") for codec in _LIKELY}
    codec = max(readings, key=lambda name: _reads(readings[name]))
    if _reads(readings[codec]) > 0.1:
        return data.decode(codec, "replace")
    if first:
        return data.decode(first, "replace")
    from charset_normalizer import from_bytes

    best = from_bytes(some).best()
    return data.decode(best.encoding if best else "latin-1", "replace")


def _reads(text: str) -> float:
    """How far a text reads as Chinese: common characters among what is not ASCII, less what is broken."""
    others = [sign for sign in text if sign > "\x7f"]
    if not others:
        return 0.0
    good = sum(sign in _COMMON for sign in others)
    return (good - 2 * others.count("\ufffd")) / len(others)
