"""The List operations: filters, order and pages, alike for everything that is listed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Collection, Iterable

from sagemaker_local.sagemaker.errors import validation
from sagemaker_local.sagemaker.shapes import Json

DEFAULT_PAGE = 10
ASCENDING, DESCENDING = "Ascending", "Descending"
BY_NAME = "Name"
_DEFAULT_SORT = "CreationTime"
_STATUSES = (
    "EndpointStatus",
    "HyperParameterTuningJobStatus",
    "NotebookInstanceStatus",
    "TrainingJobStatus",
    "ProcessingJobStatus",
)


def listed(
    member: str,
    items: Iterable[Json],
    request: Json,
    *,
    name_key: str,
    default_sort: str = _DEFAULT_SORT,
    default_order: str = DESCENDING,
    hidden: Collection[str] = (),
    status_last: bool = False,
) -> Json:
    """The answer of a List operation.

    Parameters
    ----------
    member
        Member of the answer that holds the summaries.
    items, request, name_key, default_sort, default_order
        As for `page`.
    hidden
        Members that the items are only filtered and ordered by; they are not answered.
    status_last
        Whether `StatusEquals`, beside `MaxResults`, filters each page instead of what the pages are made of, as
        ListTrainingJobs is documented to do.

    Raises
    ------
    ServiceError
        As `page` does.
    """
    asked, status = dict(request), None
    if status_last and "MaxResults" in asked:
        status = asked.pop("StatusEquals", None)
    found, token = page(items, asked, name_key=name_key, default_sort=default_sort, default_order=default_order)
    shown = [
        {name: value for name, value in item.items() if name not in hidden}
        for item in found
        if status in (None, _status(item))
    ]
    return {member: shown, **({"NextToken": token} if token else {})}


def page(
    items: Iterable[Json], request: Json, *, name_key: str, default_sort: str, default_order: str = DESCENDING
) -> tuple[list[Json], str | None]:
    """The summaries of a List request, and the token of the next page.

    Parameters
    ----------
    items
        All summaries, as the operation answers them.
    request
        The List request (`NameContains`, `CreationTimeAfter`, `StatusEquals`, `SortBy`, `MaxResults`, ...).
    name_key
        Member that holds the name, for example `ModelName`.
    default_sort, default_order
        `SortBy` and `SortOrder` when the request has none, as botocore's description of the operation has them; where
        it names no order, the newest comes first and names come in their order.

    Raises
    ------
    ServiceError
        When `NextToken` is not one that an earlier page gave.
    """
    found = [item for item in items if _matches(item, request, name_key)]
    found.sort(key=_order(request.get("SortBy", default_sort), name_key))
    if request.get("SortOrder", default_order) == DESCENDING:
        found.reverse()
    start = _offset(request.get("NextToken"))
    end = start + int(request.get("MaxResults", DEFAULT_PAGE))
    return found[start:end], _token(end) if end < len(found) else None


def _matches(item: Json, request: Json, name_key: str) -> bool:
    created, modified = item["CreationTime"], item.get("LastModifiedTime", item["CreationTime"])
    return all(
        (
            str(request.get("NameContains", "")).lower() in str(item[name_key]).lower(),
            request.get("StatusEquals", _status(item)) == _status(item),
            created > request.get("CreationTimeAfter", float("-inf")),
            created < request.get("CreationTimeBefore", float("inf")),
            modified > request.get("LastModifiedTimeAfter", float("-inf")),
            modified < request.get("LastModifiedTimeBefore", float("inf")),
        )
    )


def _order(sort_by: str, name_key: str) -> Callable[[Json], tuple[object, str]]:
    if sort_by == "Status":
        return lambda item: (_status(item), item[name_key])
    key = sort_by if sort_by in ("CreationTime", "LastModifiedTime") else name_key
    return lambda item: (item[key], item[name_key])


def _status(item: Json) -> str | None:
    return next((item[name] for name in _STATUSES if name in item), None)


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"offset:{offset}".encode()).decode()


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        kind, _, number = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise validation("Invalid NextToken.") from error
    if kind != "offset" or not number.isdecimal():
        raise validation("Invalid NextToken.")
    return int(number)
