"""What docs/api.md shows works: each example is sent to a running server, and the Python ones are run."""

import re
import threading
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from bihuan.client import Bihuan, Problem
from tests.channels.api.conftest import token_of
from tests.web.mall import DAY, now, open_mall

DOCS = Path(__file__).parents[3] / "docs/api.md"
EXAMPLE = re.compile(r"^```(http|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TOMORROW = datetime.fromtimestamp(now() + DAY, UTC)


@pytest.fixture
def address(transactional_db: None) -> Iterator[str]:
    """A running server."""
    from waitress.server import create_server

    from bihuan.site.wsgi import application

    server = create_server(application, host="127.0.0.1", port=0, threads=2)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"

    def stop() -> None:
        server.task_dispatcher.shutdown()
        server.close()

    server.trigger.pull_trigger(stop)  # in its own thread, which may be waiting for its sockets
    thread.join(5)


def sent(address: str, example: str, values: dict[str, str]) -> httpx2.Response:
    """An example in the form of a request, sent."""
    for name, value in values.items():
        example = example.replace(f"${name}", value)
    head, _gap, body = example.partition("\n\n")
    first, *lines = head.splitlines()
    method, path = first.split()
    headers = dict(line.split(": ", 1) for line in lines)
    if body.strip():
        headers["Content-Type"] = "application/json"
    return httpx2.request(
        method, address + path, headers=headers, content=body.encode(), timeout=60
    )


def test_the_examples_of_the_documents_work(address: str, tmp_path: Path) -> None:
    mall = open_mall()
    token = token_of(mall.ids["desk"])
    values = {"TOKEN": token, "TOMORROW": TOMORROW.isoformat(), "NUMBER": "",
              "ADMIN": token_of(mall.ids["admin"], "read admin"), "CUSTOMER": ""}  # fmt: skip
    examples = EXAMPLE.findall(DOCS.read_text())
    assert len(examples) >= 7
    for kind, example in examples:
        if kind == "python":
            exec(example, {"ADDRESS": address, "TOKEN": token, "TOMORROW": TOMORROW})
            continue
        answer = sent(address, example, values)
        assert answer.is_success, (example, answer.text)
        told = answer.json()
        values["NUMBER"] = told.get("number", values["NUMBER"])
        if told.get("query_code"):
            customer = f"{told['number']}:{told['query_code']}"
            values["CUSTOMER"] = b64encode(customer.encode()).decode()

    with Bihuan(address, token, timeout=60) as desk:
        picture = tmp_path / "coat.jpg"
        picture.write_bytes(b"\xff\xd8\xff\xe0" + b"0" * 100)
        number = values["NUMBER"]
        desk.act(number, "attach", files=[desk.upload(picture)])
        assert desk.get(f"/cases/{number}/files")[0]["name"] == "coat.jpg"
        assert [row["number"] for row in desk.cases(limit=1)][-1] == number
        assert desk.case(number)["facts"]["name"] == "王敏"
        assert any(one["act"] == "classify" for one in desk.possible(number))
        first = desk.register(act_id="shop-1", content="again", channel="phone")
        again = desk.register(act_id="shop-1", content="again", channel="phone")
        assert again == {**first, "repeated": True}
        with pytest.raises(Problem, match="no such case"):
            desk.act("TS20990101-0001", "remark", text="x")
    with Bihuan(address, "bihuan_none", language="zh-CN") as stranger:
        with pytest.raises(Problem) as refused:
            stranger.case("x")
        assert refused.value.status == 401
        assert "令牌" in refused.value.text
