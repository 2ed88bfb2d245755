"""Settings: the data folder, the secret key, the database, the headers, the lock on sign-in."""

import gzip
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from bihuan.records.models import Site
from bihuan.site import home
from bihuan.site.database import database
from bihuan.site.middleware import CompressText, WithoutNul
from bihuan.site.proxies import client_ip


def test_the_data_folder_is_made_for_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path / "a/b"))
    folder = home.data_folder()
    assert folder == tmp_path / "a/b"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_without_a_name_the_data_folder_is_var(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BIHUAN_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    assert home.data_folder() == tmp_path / "var"


def test_the_secret_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = home.secret_key(tmp_path)
    assert home.secret_key(tmp_path) == first
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_processes_that_start_at_once_agree_on_the_secret_key(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from bihuan.site import home;"
        "print(home.secret_key(pathlib.Path(sys.argv[1])))"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(6)
    ]
    assert len({process.communicate()[0] for process in started}) == 1


def test_a_database_address_may_name_a_socket_folder_and_options(tmp_path: Path) -> None:
    settings = database("postgres://ann:p%40ss@/desk?host=/run/pg&sslmode=require", tmp_path)
    assert settings["HOST"] == "/run/pg"
    assert (settings["USER"], settings["PASSWORD"], settings["NAME"]) == ("ann", "p@ss", "desk")
    assert settings["OPTIONS"] == {"sslmode": "require"}


def test_a_database_address_may_name_several_hosts(tmp_path: Path) -> None:
    settings = database("postgresql://u@a:1,b:2/d?target_session_attrs=read-write", tmp_path)
    assert (settings["HOST"], settings["PORT"]) == ("a,b", "1,2")


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("mysql://host/name", "must begin with postgres://"),
        ("postgres://host", "must name a database"),
        ("postgres://host/name?nonsense=1", "nonsense"),
    ],
)
def test_a_wrong_database_address_is_refused_with_what_would_be_right(
    tmp_path: Path, address: str, complaint: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=complaint):
        database(address, tmp_path)


def test_what_a_client_claims_about_its_address_is_not_believed(
    settings: pytest.FixtureRequest,
) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "6.6.6.6, 10.0.0.9"})
    settings.TRUSTED_PROXIES = 0
    assert client_ip(request) == "127.0.0.1"
    settings.TRUSTED_PROXIES = 1
    assert client_ip(request) == "10.0.0.9"


@pytest.mark.django_db
def test_every_page_forbids_foreign_and_inline_content(client: Client) -> None:
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
def test_nobody_signs_up_by_themselves(client: Client) -> None:
    client.post(
        "/accounts/signup/",
        {"username": "eve", "password1": "correct horse 9", "password2": "correct horse 9"},
    )
    assert not User.objects.filter(username="eve").exists()


@pytest.mark.django_db
def test_five_wrong_passwords_lock_the_name_even_for_the_right_one(client: Client) -> None:
    Site.objects.create(pk=1, organisation_name="云桥商场", set_up_at=1)
    User.objects.create_user("clerk", password="correct horse 9")

    def sign_in(password: str) -> int:
        answer = client.post("/accounts/login/", {"login": "clerk", "password": password})
        return answer.status_code

    assert [sign_in("wrong") for _ in range(5)][:4] == [200] * 4
    assert sign_in("correct horse 9") == 429


@pytest.mark.django_db
def test_the_right_password_opens_a_session_scripts_cannot_read(client: Client) -> None:
    Site.objects.create(pk=1, organisation_name="云桥商场", set_up_at=1)
    User.objects.create_user("clerk", password="correct horse 9")
    answer = client.post("/accounts/login/", {"login": "clerk", "password": "correct horse 9"})
    assert answer.status_code == 302
    assert answer.cookies["sessionid"]["httponly"]
    assert answer.cookies["sessionid"]["samesite"] == "Lax"


@pytest.mark.django_db
def test_pages_travel_compressed_and_files_as_they_are() -> None:
    asking = {"Accept-Encoding": "gzip"}
    page = Client().get("/setup/", headers=asking)
    assert page.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page.headers["Vary"]
    assert gzip.decompress(page.content).startswith(b"<!doctype html>")
    assert "Content-Encoding" not in Client().get("/setup/").headers

    def pdf(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(b"%PDF-" + bytes(5000), content_type="application/pdf")

    answer = CompressText(pdf)(RequestFactory().get("/", headers=asking))
    assert "Content-Encoding" not in answer.headers


def test_what_no_text_holds_is_left_out_of_forms_and_leads_to_no_page() -> None:
    seen: dict[str, object] = {}

    def view(request: HttpRequest) -> HttpResponse:
        seen.update(found=request.GET.getlist("q"), written=request.POST.getlist("a"))
        return HttpResponse()

    taken = WithoutNul(lambda request: taken.process_view(request, view, (), {}) or view(request))
    request = RequestFactory().post("/?q=x%00y&q=z", {"a": ["b\0", "c"]})

    taken(request)

    assert seen == {"found": ["xy", "z"], "written": ["b", "c"]}
    with pytest.raises(Http404):
        taken.process_view(request, view, (), {"number": "TS\0"})
