"""Reading the file of an export. Nothing here writes."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone

from ..errors import InvalidInput, Refused
from ..models import Export, ExportPart, ExportStatus
from ..sentences import Sentence


def read(export_id: int) -> Iterator[bytes]:
    """The file, in pieces of at most a megabyte, one in memory at a time.

    For callers who have checked that the reader may see customers. Refused while there is no
    file, or when it is removed while it is read; InvalidInput when there is no such export.
    """
    return parts(export_id, count=_with_file(export_id).parts)


def part(export_id: int, number: int) -> tuple[bytes, bool]:
    """A piece of the file, from 0, and whether another one follows. Refused as `read`."""
    export = _with_file(export_id)
    if not 0 <= number < export.parts:
        raise InvalidInput(
            Sentence("The file has no part {number}.", number=number),
            field="part",
            code="not_found",
        )
    return _data(export_id, number), number + 1 < export.parts


def _with_file(export_id: int) -> Export:
    export = Export.objects.filter(pk=export_id).first()
    if export is None:
        raise InvalidInput(
            Sentence("There is no export {export}.", export=export_id),
            field="export",
            code="not_found",
        )
    if export.status != ExportStatus.DONE:
        sentence = Sentence(
            "The export of {group} has no file: it is {status}.",
            group=export.group_name,
            status=export.status,
        )
        raise Refused(sentence, code="not_done")
    if export.expires_at is not None and export.expires_at <= timezone.now():
        sentence = Sentence(
            "The file of {group} was kept until {at:%Y-%m-%d}.",
            group=export.group_name,
            at=export.expires_at,
        )
        raise Refused(sentence, code="expired")
    if not export.size:
        sentence = Sentence(
            "The file of {group} was removed: a customer in it was erased.", group=export.group_name
        )
        raise Refused(sentence, code="erased")
    return export


def parts(export_id: int, *, count: int) -> Iterator[bytes]:
    """The first `count` parts as they are. Refused when one is gone."""
    for number in range(count):
        yield _data(export_id, number)


def _data(export_id: int, number: int) -> bytes:
    of_number = ExportPart.objects.filter(export_id=export_id, number=number)
    data = of_number.values_list("data", flat=True).first()
    if data is None:
        raise Refused(Sentence("The file was removed while it was read."), code="expired")
    return bytes(data)
