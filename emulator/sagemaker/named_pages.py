"""Pages of a List operation whose items do not carry the name that they are filtered and ordered by."""

from __future__ import annotations

from collections.abc import Iterable

from emulator.sagemaker.listing import page
from emulator.sagemaker.shapes import Json

_NAME = "Name of the item"


def named_page(member: str, items: Iterable[tuple[str, Json]], request: Json, *, default_sort: str = "") -> Json:
    """The answer of a List operation.

    Parameters
    ----------
    member
        Member of the answer that holds the items.
    items
        Name and summary of every one; a summary has `CreationTime`.
    request
        The List request.
    default_sort
        `SortBy` when the request has none; `CreationTime` if not given.
    """
    named = [{**item, _NAME: name} for name, item in items]
    found, token = page(named, request, name_key=_NAME, default_sort=default_sort or "CreationTime")
    listed = [{key: value for key, value in item.items() if key != _NAME} for item in found]
    return {member: listed, **({"NextToken": token} if token else {})}
