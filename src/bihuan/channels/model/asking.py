"""Asks the model one thing and waits for the answer; whatever goes wrong is told in words."""

from collections.abc import Sequence
from typing import Any

import httpx2
from django.conf import settings

from bihuan.engine.words import Text

Json = Any
MOST_BYTES = 1_000_000


class ModelError(Exception):
    """There is no answer: `came` says how (off, refused, too late, unreachable, nonsense), `why` in words."""

    def __init__(self, came: str, why: Text) -> None:
        super().__init__(f"{came}: {why.en}")
        self.came, self.why = came, why


def is_on() -> bool:
    """Whether an administrator named an endpoint and a model."""
    return bool(settings.MODEL["url"] and settings.MODEL["name"])


def model_name() -> str:
    """The model that is asked, as the endpoint calls it."""
    return str(settings.MODEL["name"])


def complete(messages: Sequence[dict[str, str]]) -> str:
    """What the model answers. Raises `ModelError`."""
    if not is_on():
        raise ModelError("off", Text("没有启用语言模型", "no language model is set up"))
    wanted = {"model": settings.MODEL["name"], "messages": list(messages), "temperature": 0}
    key = settings.MODEL["key"]
    try:
        status, content = _posted(wanted, {"Authorization": f"Bearer {key}"} if key else {})
    except httpx2.TimeoutException as error:
        raise ModelError(
            "too late", Text("模型没有及时回答", "the model did not answer in time")
        ) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
        raise ModelError(
            "unreachable", Text("连接不上模型", "the model cannot be reached")
        ) from error
    if status != 200:
        raise ModelError(
            "refused" if 400 <= status < 500 else "unreachable",
            Text(
                f"模型拒绝了请求(HTTP {status})",
                f"the model turned the request down (HTTP {status})",
            ),
        )
    return _text_of(content)


def _posted(wanted: Json, headers: dict[str, str]) -> tuple[int, bytes]:
    url = settings.MODEL["url"].rstrip("/") + "/chat/completions"
    seconds = settings.MODEL["seconds"]
    with httpx2.stream(
        "POST", url, json=wanted, headers=headers, timeout=seconds, follow_redirects=False
    ) as answer:
        content = b""
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > MOST_BYTES:
                raise ModelError(
                    "nonsense", Text("模型的回答太长", "the model's answer is too long")
                )
        return answer.status_code, content


def _text_of(content: bytes) -> str:
    import json

    try:
        choice = json.loads(content)["choices"][0]
        message = choice["message"]
        said, refusal = message.get("content"), message.get("refusal")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(
            "nonsense", Text("模型的回答读不懂", "the model's answer cannot be read")
        ) from error
    if refusal or choice.get("finish_reason") == "content_filter":
        raise ModelError("refused", Text("模型不肯回答", "the model refuses to answer"))
    if not isinstance(said, str):
        raise ModelError("nonsense", Text("模型没有写出内容", "the model wrote nothing"))
    return said
