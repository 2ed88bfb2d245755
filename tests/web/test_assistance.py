"""A language model proposes, a person decides: against a real server that answers well, badly, late or not at all."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import Client

from bihuan.desk.stored import load
from bihuan.records.models import AdministrativeChange
from tests.web.mall import Mall
from tests.web.test_hostile_words import WORDS

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
CONTENT = (
    "我叫王敏，电话13800005678，住云桥市长青路18号。羊毛大衣开线，要退 299 元，不然找记者曝光。"
)


class Model:
    """A server that speaks as OpenAI's does. `says`: what it answers; `asked`: what came."""

    def __init__(self) -> None:
        self.asked: list[dict] = []
        self.status = 200
        self.raw: bytes | None = None
        self.says = ""
        self.refusal = ""
        self.held = threading.Event()  # where it waits before it answers
        self.held.set()
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                model.asked.append(
                    {"path": self.path, "key": self.headers["Authorization"], **json.loads(body)}
                )
                model.held.wait(20)
                message = {
                    "role": "assistant",
                    "content": model.says,
                    "refusal": model.refusal or None,
                }
                answer = {"choices": [{"message": message, "finish_reason": "stop"}]}
                content = json.dumps(answer).encode() if model.raw is None else model.raw
                try:
                    self.send_response(model.status)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    pass  # whoever asked has gone

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    @property
    def sent(self) -> str:
        return "\n".join(one["content"] for one in self.asked[-1]["messages"])


@pytest.fixture
def model(settings) -> Iterator[Model]:
    model = Model()
    settings.MODEL = {"url": model.url, "name": "test-model", "key": "test-key", "seconds": 20.0}
    yield model
    model.held.set()
    model.server.shutdown()
    model.server.server_close()


def ask(client: Client, number: str, task: str, **more: str) -> object:
    return client.post(f"/cases/{number}/assistance/", {"task": task, **more})


def trail() -> list[dict]:
    rows = AdministrativeChange.objects.filter(area="assistance").order_by("id")
    return [{"what": row.what, "by": str(row.by_id), **row.after[0]} for row in rows]


def test_without_a_model_nothing_of_it_is_there(mall: Mall, as_: As) -> None:
    number = mall.complain()
    assert "assistance" not in as_("desk").get(f"/cases/{number}/").content.decode()
    assert as_("desk").get(f"/cases/{number}/assistance/").status_code == 404
    assert ask(as_("desk"), number, "summary").status_code == 404


def test_nothing_personal_leaves_and_the_proposal_is_whole_again(
    mall: Mall, as_: As, model: Model
) -> None:
    number = mall.complain(content=CONTENT)
    client = as_("desk")
    assert f"/cases/{number}/assistance/" in client.get(f"/cases/{number}/").content.decode()
    model.says = "【姓名1】反映羊毛大衣开线，要求退 299 元。"

    page = ask(client, number, "summary").content.decode()

    assert "王敏反映羊毛大衣开线" in page
    for personal in ("王敏", "13800005678", "长青路18号", "周晓岚"):
        assert personal not in model.sent, personal
    assert "羊毛大衣开线" in model.sent
    assert (model.asked[0]["path"], model.asked[0]["key"]) == (
        "/v1/chat/completions",
        "Bearer test-key",
    )
    [kept] = trail()
    assert (kept["what"], kept["by"], kept["came"], kept["model"]) == (
        "summary", mall.ids["desk"], "answered", "test-model",
    )  # fmt: skip
    assert "王敏" not in json.dumps(kept, ensure_ascii=False)


def test_a_proposal_is_taken_into_a_form_and_sent_by_a_person(
    mall: Mall, as_: As, model: Model
) -> None:
    number = mall.complain(content=CONTENT)
    model.says = "大衣开线，要求退 299 元。"
    client = as_("desk")
    ask(client, number, "summary")
    events = load(number).events

    form = ask(client, number, "summary", take="yes", text="大衣开线，客户要求退款。")

    assert form.context["form"]["fields"][0]["value"] == "大衣开线，客户要求退款。"
    assert load(number).events == events  # nothing is done yet
    assert [one["what"] for one in trail()] == ["summary", "take"]


def test_a_proposal_that_can_no_longer_be_taken_stays_as_it_was_changed(
    mall: Mall, as_: As, model: Model
) -> None:
    number = mall.complain(content=CONTENT)
    model.says = "王敏您好，大衣开线已登记[1]。"
    client = as_("desk")
    assert "<textarea" in ask(client, number, "answer").content.decode()

    answer = ask(client, number, "answer", take="yes", text="改过的第一行\n第二行")

    assert answer.status_code == 422
    assert "改过的第一行\n第二行" in answer.content.decode()


def test_a_draft_names_what_it_rests_on_and_figures_nobody_told(
    mall: Mall, as_: As, model: Model
) -> None:
    number = mall.complain(content=CONTENT)
    client = as_("desk")
    model.says = "【姓名1】您好，大衣开线已登记[1]，我们将退 888 元[1]。"
    page = ask(client, number, "answer").content.decode()
    assert "王敏您好，大衣开线已登记，我们将退 888 元。</textarea>" in page
    assert re.search(
        r"\[1\] [^<]* 登记: [^<]*开线", page
    )  # what it rests on, in the reader's words
    assert "记录中没有，请核对：" in page
    assert "888" in page.partition("记录中没有，请核对：")[2][:40]
    for wrong, why in (("您好，已退款。", "没有注明依据"), ("您好，已退款[7]。", "没有的记录")):
        model.says = wrong
        answer = ask(client, number, "answer")
        assert answer.status_code == 422
        assert why in answer.content.decode()


def test_facts_are_offered_only_as_the_text_tells_them(mall: Mall, as_: As, model: Model) -> None:
    number = mall.complain(content=CONTENT)
    model.says = "```json\n" + json.dumps({
        "media_exposed": {"value": "yes", "words": "找记者曝光"},
        "injured": {"value": "yes", "words": "摔断了腿"},
        "about": {"value": "the moon", "words": "大衣"},
        "severity": {"value": "major", "words": "大衣"},
        "name": {"value": "李四", "words": "大衣"},
    }, ensure_ascii=False) + "\n```"  # fmt: skip
    client = as_("desk")
    page = ask(client, number, "facts").content.decode()
    assert page.count('name="fact"') == 1
    assert 'name="fact" value="media_exposed"' in page
    assert "“找记者曝光”" in page

    form = ask(
        client, number, "facts", take="yes", fact="media_exposed", **{"value-media_exposed": "yes"}
    )
    fields = {one["name"]: one["value"] for one in form.context["form"]["fields"]}
    assert fields["media_exposed"] == "yes"
    assert load(number).case.derived["severity"] == "general"  # until somebody corrects the record


BAD = {
    "an empty answer": ({"says": "  "}, "没有写出内容"),
    "a refusal": ({"refusal": "I cannot help with that"}, "不肯回答"),
    "no JSON": ({"raw": b"<html>busy</html>"}, "读不懂"),
    "another shape": ({"raw": b'{"choices": []}'}, "读不懂"),
    "no words": ({"raw": b'{"choices": [{"message": {"content": 7}}]}'}, "没有写出内容"),
    "another language": ({"says": "The customer complains that the coat came apart."}, "别的语言"),
    "turned down": ({"status": 429}, "HTTP 429"),
    "broken": ({"status": 500}, "HTTP 500"),
    "moved": ({"status": 302}, "HTTP 302"),
    "endless": ({"raw": b"x" * 1_100_000}, "太长"),
}  # fmt: skip


@pytest.mark.parametrize("how", BAD)
def test_what_is_no_answer_is_told_and_changes_nothing(
    mall: Mall, as_: As, model: Model, how: str
) -> None:
    number = mall.complain(content=CONTENT)
    events = load(number).events
    told, words = BAD[how]
    for name, value in told.items():
        setattr(model, name, value)
    answer = ask(as_("desk"), number, "summary")
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert load(number).events == events
    assert trail()[-1]["came"] != "answered"


def test_who_answers_too_late_or_not_at_all_is_not_waited_for(
    mall: Mall, as_: As, model: Model, settings
) -> None:
    number = mall.complain(content=CONTENT)
    settings.MODEL = {**settings.MODEL, "seconds": 0.2}
    model.held.clear()
    late = ask(as_("desk"), number, "summary")
    assert "没有及时回答" in late.content.decode()
    model.held.set()
    settings.MODEL = {**settings.MODEL, "url": "http://127.0.0.1:1/v1", "seconds": 5.0}
    gone = ask(as_("desk"), number, "summary")
    assert "连接不上" in gone.content.decode()
    assert [one["came"] for one in trail()] == ["too late", "unreachable"]


def test_only_who_sees_the_whole_case_asks(mall: Mall, as_: As, model: Model) -> None:
    number = mall.with_the_merchant()
    assert ask(as_("merchant"), number, "summary").status_code == 404
    assert not model.asked


@pytest.mark.parametrize("words", WORDS, ids=["script", "endless"])
def test_hostile_words_of_model_or_person_are_shown_harmless_and_kept(
    mall: Mall, as_: As, model: Model, words: str
) -> None:
    number = mall.complain(content=CONTENT + words[:500])
    client = as_("desk")
    model.says = words
    for task in ("summary", "answer", "translation", "facts"):
        for more in (
            {},
            {"take": "yes", "text": words, "fact": words[:60], f"value-{words[:60]}": words},
        ):
            answer = ask(client, number, task, **more)
            shown = answer.content.decode()
            assert answer.status_code in (200, 422), (task, more)
            assert "<script>alert" not in shown
            assert "<img src=x" not in shown
    taken = ask(client, number, "summary", take="yes", text=words).context["form"]["fields"][0]
    assert taken["value"] == words


def test_a_translation_keeps_its_places(mall: Mall, as_: As, model: Model) -> None:
    number = mall.complain(content=CONTENT)
    model.says = "My name is 【姓名1】. The woollen coat came apart; I want 299 yuan back. Call 【电话1】 or 【电话7】."
    page = ask(as_("desk", "en"), number, "translation").content.decode()
    assert "My name is 王敏" in page
    assert "【电话7】" in page.partition("Not in the record")[2][:80]
