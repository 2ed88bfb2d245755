"""The tools that make test and make check rely on."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tools import check_locks, check_manner, check_translations

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_postgresql_starts_here_and_keeps_chinese(postgres: str) -> None:
    with psycopg.connect(postgres) as db:
        row = db.execute("SELECT current_setting('server_encoding'), '投诉' ~ '^\\w+$'").fetchone()
    assert row == ("UTF8", True)


def test_postgresql_runs_a_command_and_leaves_nothing() -> None:
    script = "import os; print(os.environ['DATABASE_URL']); raise SystemExit(7)"
    done = subprocess.run(
        [sys.executable, "-m", "tools.postgres", sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 7, done.stderr
    folder = Path(done.stdout.strip().partition("host=")[2])
    assert folder.name == "data"
    assert not folder.parent.exists()


@pytest.mark.journey
def test_a_browser_shows_a_page(page: "Page") -> None:
    page.set_content("<h1>投诉</h1>")
    assert page.locator("h1").inner_text() == "投诉"


def test_a_lock_file_that_names_an_address_or_lacks_a_hash_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_locks, "ROOT", tmp_path)
    (tmp_path / "frontend").mkdir()
    (tmp_path / "requirements.txt").write_text(
        "--index-url simple\na==1 \\\n    --hash=sha256:00\nb==2\n"
    )
    (tmp_path / "frontend/package-lock.json").write_text(
        '{"packages": {"": {}, "x": {"resolved": "there", "integrity": "sha512-"}, "y": {}}}'
    )
    assert list(check_locks.findings()) == [
        "requirements.txt:1: names an address: --index-url simple",
        "requirements.txt: no hash: b==2",
        "package-lock.json: names an address: x",
        "package-lock.json: no hash: y",
    ]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with one page that says one sentence, and one module that says another."""
    monkeypatch.setattr(check_translations, "ROOT", tmp_path)
    monkeypatch.setattr(check_translations, "PACKAGE", tmp_path)
    monkeypatch.setattr(check_translations, "CATALOG", tmp_path / "locale/django.po")
    (tmp_path / "web/templates").mkdir(parents=True)
    (tmp_path / "web/templates/page.html").write_text("{% trans %}Good morning{% endtrans %}\n")
    (tmp_path / "web/views.py").write_text('TITLE = gettext_lazy("Cases")\n')
    return tmp_path


def test_sentences_of_pages_and_modules_must_be_translated(package: Path) -> None:
    assert len(list(check_translations.untranslated())) == 2
    check_translations.update()
    catalog = package / "locale/django.po"
    assert len(list(check_translations.untranslated())) == 2
    text = catalog.read_text().replace('"Cases"\nmsgstr ""', '"Cases"\nmsgstr "案件"')
    catalog.write_text(text.replace('"Good morning"\nmsgstr ""', '"Good morning"\nmsgstr "早上好"'))
    assert list(check_translations.untranslated()) == []
    catalog.write_text(catalog.read_text().replace('\nmsgid "Cases', '\n#, fuzzy\nmsgid "Cases'))
    assert ["fuzzy" in line for line in check_translations.untranslated()] == [True]


def test_chinese_stands_in_data_and_nowhere_else(package: Path) -> None:
    (package / "web/views.py").write_text(
        '"""Make-up days (调休)."""\n'
        "# 调休\n"
        'A = Text("受理", "accept")\n'
        'B = "投诉内容"  # zh: data\n'
        'C = "结案"\n'
    )
    (package / "web/templates/page.html").write_text("{# 说明 #}\n<p>你好</p>\n")
    assert list(check_translations.misplaced()) == [
        "web/views.py:5: Chinese in Python: '结案'",
        "web/templates/page.html:2: Chinese in a template: <p>你好</p>",
    ]


@pytest.mark.parametrize(
    "line",
    [
        'text = f"{at:%m-%d %H:%M}"',
        'at.strftime("%Y")',
        'return f"\u00a5{fen / 100:.2f}"',
        'f"{count:,} cases"',
        "{{ '%d:%02d' % (hours, minutes) }}",
        "{{ due|date }}",
    ],
)
def test_a_day_a_time_or_an_amount_written_by_hand_is_found(line: str) -> None:
    (found,) = check_manner.of(f"fine = 1\n{line}\n", "page.py")
    assert found.startswith("page.py:2: ")


def test_nothing_of_ours_writes_days_times_numbers_or_money_by_itself() -> None:
    assert list(check_manner.findings()) == []
