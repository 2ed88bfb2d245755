"""Amounts of money as Chinese offices write them where nothing may be altered: 壹仟贰佰捌拾元整."""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"  # zh: data
_PLACES = ("", "拾", "佰", "仟")  # zh: data
_GROUPS = ("", "万", "亿", "万亿")  # zh: data
_YUAN, _WHOLE, _JIAO, _FEN, _ZERO = "元整角分零"  # zh: data


def in_capitals(fen: int) -> str:
    """The amount in capital characters; ``fen`` is not below 0 and below 10^18."""
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    words = _whole(yuan) + _YUAN if yuan or not rest else ""
    if not rest:
        return words + _WHOLE
    if jiao:
        words += _DIGITS[jiao] + _JIAO
    elif yuan:
        words += _ZERO
    return words + (_DIGITS[cents] + _FEN if cents else _WHOLE)


def _whole(number: int) -> str:
    if not number:
        return _ZERO
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    words, gap = "", False
    for place in reversed(range(len(groups))):
        group = groups[place]
        if not group:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):
            words += _ZERO
        words += _thousands(group) + _GROUPS[place]
        gap = False
    return words


def _thousands(group: int) -> str:
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if not digit:
            gap = bool(words)
            continue
        words += (_ZERO if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return words
