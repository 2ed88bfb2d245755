"""The long tail: whatever Apprise has an address for. Addresses are written by administrators alone."""

from collections.abc import Mapping

from bihuan.desk.ways import NotAcceptedError, Parcel, TryLaterError, Way


def send(_told: Mapping[str, str], parcel: Parcel) -> None:
    """Tell the one service behind this address."""
    from apprise import Apprise

    service = Apprise()
    if not service.add(parcel.address):
        raise NotAcceptedError("Apprise knows no such address")
    if not service.notify(body=parcel.text, title=parcel.subject):
        raise TryLaterError("the service did not take it")


WAY = Way("apprise", (), send)
