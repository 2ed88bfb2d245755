"""The command bench: how quick Bihuan is here, beside floors taken in the same run."""

import argparse
import subprocess
import sys
from pathlib import Path

import bihuan
from bihuan.cli.commands import Commands
from bihuan.cli.speech import Speaker, stop
from bihuan.engine.words import Text

# What can be measured: the tool that does it, beside the sources, and what it is told.
_PARTS: dict[str, tuple[str, ...]] = {
    "everything": ("tools.bench",),
    "api": ("tools.bench", "--part", "api"),
    "mail": ("tools.bench_mail",),
    **{
        name: ("tools.bench_finding", "--part", name)
        for name in ("search", "similar", "suggest", "report")
    },
}


def add(commands: Commands) -> None:
    """Declare the command."""
    bench = commands.add(
        "bench",
        run_bench,
        Text("在本机测量快慢，同时测量下限", "measure how quick it is here, beside floors"),
    )
    bench.take(
        "part",
        nargs="?",
        choices=tuple(_PARTS),
        default="everything",
        says=Text("只测其中一项", "only this part"),
    )
    bench.take("--cases", type=int, says=Text("案件数", "how many cases"))
    bench.take("--mails", type=int, says=Text("邮件数(mail)", "how many mails (mail)"))
    bench.take(
        "--database", choices=("sqlite", "postgresql"), says=Text("数据库", "which database")
    )
    bench.take(
        "--keep",
        says=Text(
            "数据留在这个文件夹，再测时不必重做(search、similar、suggest、report)",
            "a folder where the data stay, to measure again (search, similar, suggest, report)",
        ),
    )


def run_bench(args: argparse.Namespace, _speaker: Speaker) -> int:
    """Run the tool in a process and with data of its own; its exit code."""
    root = Path(bihuan.__file__).parents[2]
    if not (root / "tools" / "bench.py").exists():
        raise stop(Text(
            "测量工具随源代码提供：请在源代码目录中安装后再运行",
            "the tools that measure come with the sources: install from a checkout of them",
        ))  # fmt: skip
    words = [*_PARTS[args.part]]
    for name in ("cases", "mails", "database", "keep"):
        if (value := getattr(args, name)) is not None:
            words += [f"--{name}", str(value)]
    done = subprocess.run([sys.executable, "-m", *words], cwd=root, check=False)
    return done.returncode
