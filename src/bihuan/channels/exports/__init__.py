"""What other systems export, read as tables: which systems, and what their columns mean to us."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bihuan.channels.exports import osticket, zammad
from bihuan.desk.tables import Table
from bihuan.engine.words import Text


@dataclass(frozen=True, slots=True)
class System:
    """Another system: `read` makes a table of its export, `mapping` says what its columns are.

    A column that an export lacks is left out: which ones it has is chosen over there.
    """

    text: Text
    read: Callable[[bytes, str], Table]
    mapping: Mapping[str, str]


SYSTEMS: Mapping[str, System] = {
    "zammad": System(Text("Zammad", "Zammad"), zammad.read, zammad.MAPPING),
    "osticket": System(Text("osTicket", "osTicket"), osticket.read, osticket.MAPPING),
}
