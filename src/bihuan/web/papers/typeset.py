"""A paper as PDF, or as a picture, with every character of a name: the faces are embedded."""

import json
from dataclasses import asdict
from functools import lru_cache
from importlib import resources
from io import BytesIO
from typing import Any, Literal

from bihuan.web.papers.paper import Paper, pages

Format = Literal["pdf", "png"]


def typeset(paper: Paper, form: Format = "pdf") -> bytes:
    """The paper as a file. The same paper gives the same bytes."""
    import typst

    found = typst.compile(
        resources.files("bihuan.web.papers").joinpath("paper.typ").read_bytes(),
        sys_inputs={"paper": json.dumps(_said(paper), ensure_ascii=False, default=list)},
        font_paths=faces(),
        format=form,
        timestamp=0,
    )
    return found if isinstance(found, bytes) else b"".join(found)


@lru_cache(maxsize=1)
def faces() -> Any:
    """The faces that everything typeset has embedded: every character of a name."""
    import noto_cjk_sans_otc
    import typst

    folders = [
        str(resources.files("bihuan").joinpath("fonts")),
        str(resources.files(noto_cjk_sans_otc)),
    ]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def _said(paper: Paper) -> dict[str, Any]:
    chinese = paper.language.startswith("zh")
    return asdict(paper) | {
        "lang": "zh" if chinese else "en",
        "region": "cn" if chinese else "gb",
        "pages": pages(),
        "qr_svg": square(paper.qr) if paper.qr else "",
    }


def draws(picture: bytes) -> bool:
    """Whether a picture can be drawn on a paper: a file that only begins like one cannot."""
    import typst

    try:
        typst.compile(
            b"#image(bytes(json(bytes(sys.inputs.picture))), height: 1mm)",
            sys_inputs={"picture": json.dumps(list(picture))},
            format="svg",
        )
    except typst.TypstError:
        return False
    return True


def square(text: str, kind: str = "svg") -> Any:
    """The text as a QR code, as SVG text or PNG bytes."""
    import segno

    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind=kind, border=0, scale=4)
    return out.getvalue().decode() if kind == "svg" else out.getvalue()
