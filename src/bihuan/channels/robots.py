"""What robots of work chats have in common: an address one posts to, and an answer with a code."""

from collections.abc import Mapping
from typing import Any

from bihuan.channels.asking import ask
from bihuan.desk.ways import GatewayDownError, NotAcceptedError, TryLaterError

Json = Any


def post(
    url: str,
    body: Json,
    *,
    code: str,
    refused: tuple[int, ...],
    params: Mapping[str, str] | None = None,
) -> None:
    """Post a message. `code` names the field of the answer that is 0 where it was taken; `refused` are
    the codes that say this robot is not there or not let in.
    """
    try:
        answer = ask("POST", url, params=params, json=body)
    except GatewayDownError as error:  # each robot has an address of its own: the others may answer
        raise TryLaterError(str(error)) from error
    said = answer.get(code, answer.get("StatusCode"))
    if said in refused:
        raise NotAcceptedError(f"{said}: {answer.get('errmsg') or answer.get('msg')}")
    if said != 0:
        raise TryLaterError(f"{said}: {answer.get('errmsg') or answer.get('msg')}")
