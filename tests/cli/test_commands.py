"""The other commands: time, policies, cases, sweeps; in both languages; no traceback for anybody."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.request import urlopen

import pytest

from bihuan.cli.main import groups, parser
from bihuan.cli.speech import language
from tests.cli.conftest import Bihuan, run, surroundings

DUE = (
    "due",
    "--policy",
    "general",
    "--within",
    "1 working h",
    "--from",
    "2026-02-13T18:30:00+08:00",
)


def registered(bihuan: Bihuan) -> str:
    done = bihuan(
        "register", "content=门坏了", "name=顾客甲", "contact=10000000001", "about=product",
        "--policy", "general", "--json",
    )  # fmt: skip
    assert done.code == 0, done
    return str(done.json["number"])


def test_a_deadline_on_a_make_up_saturday_explains_itself(fresh: Path):
    bihuan = partial(run, fresh)
    said = bihuan(*DUE)
    assert said.code == 0
    assert said.out.startswith("Saturday 2026-02-14 10:00 (2026-02-14T10:00:00+08:00)\n")
    assert "18:30 is after closing" in said.out
    assert "make-up working day" in said.out
    chinese = bihuan(*DUE, "--lang", "zh").out
    assert "星期六 10:00" in chinese
    assert "调休上班" in chinese
    assert bihuan(*DUE, "--json").json["due"] == "2026-02-14T10:00:00+08:00"
    assert not fresh.exists()  # asking the time leaves nothing behind


def test_a_number_of_the_policy_can_be_asked_by_its_name(bihuan: Bihuan):
    start = ("--from", "2026-03-02T10:00:00+08:00", "--json")
    said = bihuan("due", "--policy", "mall", "--within", "trace_time", *start)
    assert said.json["due"] == "2026-03-03T10:00:00+08:00"
    refused = bihuan("due", "--policy", "mall", "--within", "changes", *start)
    assert refused.code == 2
    assert "no time limit" in refused.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--within", "1 working h", "--from", "2026-02-13T18:30:00"), "has no zone"),
        (("--within", "1 workin h", "--from", "2026-02-13T18:30:00+08:00"), "no time span"),
        (
            ("--within", "1 day on moon", "--from", "2026-02-13T18:30:00+08:00"),
            "no calendar 'moon'",
        ),
        (("--within", "1 day", "--on", "moon"), "no calendar 'moon'"),
    ],
)
def test_a_time_that_is_none_says_what_would_be_right(
    bihuan: Bihuan, words: tuple[str, ...], told: str
):
    said = bihuan("due", "--policy", "general", *words)
    assert said.code == 2
    assert told in said.err


def test_every_command_has_help_in_both_languages():
    for group in groups():
        assert group.__doc__
    texts = {lang: parser(lang).format_help() for lang in ("zh", "en")}
    for name in ("serve", "worker", "demo", "import", "owed", "sweep", "verify"):
        assert all(name in text for text in texts.values())
    assert "登记一件投诉" in texts["zh"]
    assert "register a complaint" in texts["en"]
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in texts["en"])


def test_the_language_is_the_readers():
    assert language(["--lang", "en"], {"LANG": "zh_CN.UTF-8"}) == "en"
    assert language([], {"LANG": "zh_CN.UTF-8"}) == "zh"
    assert language([], {"LANG": "en_GB.UTF-8"}) == "en"
    assert language([], {"LC_ALL": "C.UTF-8"}) == "zh"
    assert language([], {}) == "zh"


def test_a_command_nobody_knows_is_answered_in_the_readers_language(bihuan: Bihuan):
    said = bihuan("frobnicate")
    assert said.code == 2
    assert "there is no 'frobnicate'" in said.err
    assert "没有 'frobnicate'" in bihuan("frobnicate", "--lang", "zh").err
    missing = bihuan("due")
    assert missing.code == 2
    assert "--policy, --within" in missing.err


def test_a_case_is_registered_worked_on_and_shown(bihuan: Bihuan):
    number = registered(bihuan)
    listed = bihuan("act", number, "--json").json
    assert "acknowledge" in [item["act"] for item in listed]
    done = bihuan("act", number, "acknowledge", "told_by=same channel", "--act-id", "one", "--json")
    assert (done.code, done.json["repeated"]) == (0, False)
    assert "classify" in [owed["act"] for owed in done.json["owed"]]
    again = bihuan(
        "act", number, "acknowledge", "told_by=same channel", "--act-id", "one", "--json"
    )
    assert (again.code, again.json["repeated"]) == (0, True)
    shown = bihuan("show", number)
    assert "told the customer it is taken in hand" in shown.out
    assert "10000000001" not in shown.out
    legs = bihuan("show", number, "--legs")
    assert "where the time went" in legs.out
    told = bihuan("show", number, "--legs", "--json").json["legs"]
    assert sum(leg["seconds"] for leg in told["steps"]) == told["seconds"]
    assert told["steps"][-1]["step"] == "classify"
    assert "legs" not in bihuan("show", number, "--json").json
    assert number in bihuan("list").out
    assert number in bihuan("owed").out
    seats = bihuan("owed", "--count", "--json").json
    assert seats["after_sales@"] >= 1
    assert bihuan("verify", number).code == 0


def test_cases_are_linked_unlinked_and_merged(bihuan: Bihuan):
    one, other = registered(bihuan), registered(bihuan)
    assert bihuan("act", one, "link", f"case={other}", "as=repeat").code == 0
    again = bihuan("act", one, "link", f"case={other}", "as=repeat")
    assert again.code != 0
    assert "linked already" in again.err
    assert bihuan("act", other, "unlink", f"case={one}", "reason=mistaken").code == 0
    nowhere = bihuan("act", one, "merge", "case=TS0", "reason=the same")
    assert nowhere.code != 0
    assert "no such case" in nowhere.err
    assert bihuan("act", one, "merge", f"case={other}", "reason=the same").code == 0
    assert "merged" in bihuan("show", one).out
    assert bihuan("verify").code == 0


def test_an_act_of_the_command_case_is_done_on_its_members_too(bihuan: Bihuan):
    command, member = registered(bihuan), registered(bihuan)
    assert bihuan("act", command, "link", f"case={member}", "as=member").code == 0
    told = ("acknowledge", "told_by=same channel")
    done = bihuan("act", command, *told, "--members", "--json")
    assert (done.code, done.json["members"]) == (0, {member: "done"})
    assert "acknowledge" not in [one["act"] for one in bihuan("owed", "--json").json]
    never = bihuan("act", command, "withdraw", "--members")
    assert never.code != 0


def test_registering_twice_with_one_act_id_registers_once(bihuan: Bihuan):
    words = ("register", "content=灯坏了", "--policy", "general", "--act-id", "call-17", "--json")
    first, again = bihuan(*words).json, bihuan(*words).json
    assert again["number"] == first["number"]
    assert again["repeated"]
    assert again["query_code"] == first["query_code"]


def test_refusals_name_code_field_and_clause(bihuan: Bihuan):
    number = registered(bihuan)
    for words, code in (
        (("resolve", "resolution=x"), "not-yet"),
        (("fly",), "unknown-act"),
        (("acknowledge",), "missing-field"),
        (("acknowledge", "told_by=pigeon"), "bad-value"),
        (("acknowledge", "told_by=phone", "colour=red"), "unknown-field"),
        (("acknowledge", "told_by=phone", "--at", "2099-01-01T00:00:00+08:00"), "in-the-future"),
    ):
        said = bihuan("act", number, *words, "--json")
        assert (said.code, said.json["refusal"]["code"]) == (1, code), said
        assert said.json["error"]["zh"]
        assert said.json["error"]["en"]
    unzoned = bihuan("act", number, "acknowledge", "--at", "2026-01-01")
    assert unzoned.code == 2
    assert "has no zone" in unzoned.err
    assert bihuan("act", "TS-none", "close").code == 1
    assert bihuan("act", number, "acknowledge", "told_by").code == 2
    assert bihuan("act", number, "acknowledge", "told_by=phone", "--by", "nobody").code == 2
    assert bihuan("verify").code == 0


def test_without_an_organisation_one_is_told_how_to_begin(bare: Path):
    bihuan = partial(run, bare)
    for words in (("list",), ("owed",), ("sweep",), ("act", "X", "close"), ("show", "X")):
        said = bihuan(*words)
        assert said.code == 1
        assert "bihuan setup" in said.err


def test_setup_without_a_pack_describes_every_pack_and_makes_nothing(bare: Path):
    words = ("setup", "--name", "云汀广场", "--admin", "guyu")
    said = run(bare, *words)
    assert said.code == 2
    for code in ("auto", "general", "home", "mall", "returns"):
        assert f"\n  {code}  " in said.out
    assert "For a shopping mall:" in said.out
    assert "适用于商场：" in run(bare, "--lang", "zh", *words).out
    assert "bihuan setup" in run(bare, "list").err


def test_setup_makes_the_organisation_once(bare: Path):
    bihuan = partial(run, bare)
    words = ("setup", "--name", "云汀广场", "--pack", "mall", "--admin", "guyu")
    weak = bihuan(*words, stdin="12345\n")
    assert weak.code == 1
    assert "password" in weak.err
    assert bihuan(*words, stdin="plum-rain-9917\n").code == 0
    again = bihuan(*words, stdin="plum-rain-9917\n")
    assert again.code == 1
    assert "set up already" in again.err
    assert bihuan("owed", "--json").code == 0


def test_a_sweep_in_the_future_runs_on_a_copy(bihuan: Bihuan):
    number = registered(bihuan)
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 7 * 86400))
    told = bihuan("sweep", "--at", later, "--list")
    assert told.code == 0
    assert "on a copy" in told.out
    swept = bihuan("sweep", "--at", later, "--json").json
    assert swept["on_a_copy"]
    lapsed = [item for item in swept["lapses"] if item["number"] == number]
    assert len(lapsed) > 1
    assert any(seat.startswith("general_manager@") for seat in swept["owed_after"])
    owed = bihuan("show", number, "--json").json["owed"]
    assert {item["seat"] for item in owed} == {"after_sales@"}
    assert bihuan("verify").code == 0


def test_rebuild_leaves_the_records_as_they_were(bihuan: Bihuan):
    number = registered(bihuan)
    before = bihuan("show", number, "--json").json
    assert bihuan("rebuild", "--json").json["cases"] >= 1
    assert bihuan("show", number, "--json").json == before
    assert bihuan("verify").code == 0


def test_policies_are_shown_read_and_checked(bihuan: Bihuan, tmp_path: Path):
    shown = {row["policy"] for row in bihuan("policy", "show", "--json").json}
    assert shown >= {"auto", "general", "home", "mall"}
    shown = bihuan("policy", "show", "mall", "--json").json
    assert [step["act"] for step in shown["steps"]][:2] == ["acknowledge", "classify"]
    read = bihuan("policy", "read", "general").out
    assert "GEN-4.1" in read
    assert "接到投诉后应立即登记" in read
    assert bihuan("policy", "read", "general", "--post", "moon").code == 2
    assert bihuan("policy", "check", "general").code == 0
    assert bihuan("policy", "check", "mall").code == 0
    broken = tmp_path / "broken.yaml"
    broken.write_text("policy: x\ntitle: {zh: 甲, en: A\n", encoding="utf-8")
    said = bihuan("policy", "check", str(broken))
    assert said.code == 1
    assert f"{broken}:" in said.out


def test_a_calendar_year_is_loaded_from_a_file(bihuan: Bihuan, tmp_path: Path):
    registered(bihuan)
    year = tmp_path / "2027.json"
    year.write_text(
        json.dumps({"year": 2027, "notices": [], "off": {"2027-01-01": "元旦"}, "work": {}}),
        encoding="utf-8",
    )
    assert bihuan("calendar", "show", "2027").code == 1
    assert bihuan("calendar", "load", str(year)).code == 0
    assert "2027-01-01" in bihuan("calendar", "show", "2027").out
    twice = tmp_path / "twice.json"
    twice.write_text(
        '{"year": 2027, "notices": [],\n "off": {"2027-01-01": "元旦"},\n "work": {"2027-01-01": "元旦"}}',
        encoding="utf-8",
    )
    said = bihuan("calendar", "load", str(twice))
    assert said.code == 1
    assert "keep only one" in said.err


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def running(home: Path, *words: str) -> Iterator["subprocess.Popen[str]"]:
    """A command that runs until it is stopped; killed at the end, whatever happens."""
    with subprocess.Popen(
        [sys.executable, "-m", "bihuan.cli.main", *words],
        env=surroundings(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def stopped(process: "subprocess.Popen[str]") -> str:
    """What it wrote to stderr until SIGTERM ended it."""
    process.send_signal(signal.SIGTERM)
    return process.communicate(timeout=30)[1]


def test_the_server_starts_shows_its_token_and_stops_cleanly(bare: Path):
    port = free_port()
    with running(bare, "serve", "--port", str(port)) as server:
        line = server.stdout.readline()
        assert "token" in line
        assert f"http://localhost:{port}/" in line
        with urlopen(f"http://localhost:{port}/", timeout=20) as answer:
            assert answer.status == 200
        refused = run(bare, "web", "--port", str(port))
        assert refused.code == 2
        assert "choose another with --port" in refused.err
        err = stopped(server)
        assert server.returncode == 0, err
        assert "Traceback" not in err


@pytest.mark.parametrize("after", [0.1, 0.5, 1.0])
def test_a_start_that_is_interrupted_leaves_a_folder_that_starts_again(fresh: Path, after: float):
    with running(fresh, "serve", "--port", str(free_port())) as server:
        time.sleep(after)
        assert "Traceback" not in stopped(server)
    assert run(fresh, "verify").code == 0


def test_cases_are_found_by_what_was_said_of_them(bihuan: Bihuan):
    number = registered(bihuan)
    assert bihuan("find", "门坏", "--json").json["cases"][0]["number"] == number
    said = bihuan("find", "門壞", "顾客甲")
    assert number in said.out
    assert "门坏了" in said.out
    assert bihuan("find", "窗", "--json").json == {"cases": [], "documents": []}


def test_a_part_is_measured_on_data_of_its_own(fresh: Path):
    measured = run(fresh, "bench", "mail", "--mails", "2")
    assert measured.code == 0
    assert re.search(r"taken in +\d+ mails/s.*\nfloor", measured.out)
    assert not fresh.exists()
    assert "right are: 'everything', 'api'" in run(fresh, "bench", "moon").err
