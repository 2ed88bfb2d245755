"""osTicket: the csv file of a queue's "Export"; its columns are chosen there, the names are these."""

from bihuan.desk.tables import Table, read_table

MAPPING = {
    "Ticket Number": "id",
    "Date Created": "received",
    "Subject": "content",
    "Issue Summary": "content",  # what the subject is called among the fields of its form
    "Issue Details": "content",
    "From": "name",
    "From Email": "contact",
    "Phone Number": "phone",
}


def read(data: bytes, filename: str) -> Table:
    """The rows of an export. Raises BadTable."""
    return read_table(data, filename)
