"""What Django checks of ours before it runs: that a channel stands for every code of a shipped policy."""

from typing import Any

from django.core.checks import Error, register

from bihuan.channels.registry import unknown
from bihuan.desk import packs


@register()
def channels_stand_for_every_code(**_: Any) -> list[Error]:
    """Each channel code of the packs is known to a channel."""
    found = []
    for code in packs.shipped():
        policy, _findings = packs.read_policy(packs.shipped_text(code))
        found += [
            Error(
                f"no channel stands for '{name}' of the pack '{code}'",
                hint="name the code in the CHANNEL of a folder below bihuan/channels",
                id="bihuan.E001",
            )
            for name in unknown(policy.channels if policy else ())
        ]
    return found
