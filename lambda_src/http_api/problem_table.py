"""All problems of the API in the order of its document, gathered from the kits and functions that have them."""

from __future__ import annotations

from digit_model.problems import (
    BAD_MODEL_OUTPUT,
    ENDPOINT_NOT_FOUND,
    ENDPOINT_TIMEOUT,
    ENDPOINT_UNAVAILABLE,
    MODEL_FAILED,
    MODEL_NOT_READY,
    MODEL_REJECTED_INPUT,
    THROTTLED,
)
from gateway.problems import (
    BODY_TOO_LARGE,
    INTERNAL_ERROR,
    INVALID_JSON,
    MALFORMED_REQUEST,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    UNSUPPORTED_MEDIA_TYPE,
    ProblemType,
)
from prediction.problems import WRONG_LENGTH, WRONG_ROW_COUNT, WRONG_STRUCTURE, WRONG_VALUE
from upload_jobs.problems import (
    NO_SUCH_UPLOAD,
    STORAGE_UNAVAILABLE,
    UPLOAD_EXPIRED,
    UPLOAD_GONE,
    UPLOAD_TOO_LARGE,
    WRONG_UPLOAD,
)
from vision.problems import (
    ANIMATED_IMAGE,
    BLANK_IMAGE,
    CONTENT_TYPE_MISMATCH,
    TOO_LONG_TO_READ,
    TOO_MANY_DIGITS,
    TOO_MANY_PIXELS,
    UNREADABLE_IMAGE,
)

PREDICTION_PROBLEMS: tuple[ProblemType, ...] = (
    MALFORMED_REQUEST,
    INVALID_JSON,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    BODY_TOO_LARGE,
    TOO_MANY_PIXELS,
    UNSUPPORTED_MEDIA_TYPE,
    CONTENT_TYPE_MISMATCH,
    WRONG_STRUCTURE,
    WRONG_ROW_COUNT,
    WRONG_LENGTH,
    WRONG_VALUE,
    UNREADABLE_IMAGE,
    ANIMATED_IMAGE,
    BLANK_IMAGE,
    THROTTLED,
    INTERNAL_ERROR,
    MODEL_REJECTED_INPUT,
    MODEL_FAILED,
    BAD_MODEL_OUTPUT,
    MODEL_NOT_READY,
    ENDPOINT_NOT_FOUND,
    ENDPOINT_UNAVAILABLE,
    ENDPOINT_TIMEOUT,
)
"""Responses to a request for a prediction; most of them also to any other request."""

UPLOAD_PROBLEMS: tuple[ProblemType, ...] = (WRONG_UPLOAD, UPLOAD_TOO_LARGE, NO_SUCH_UPLOAD, STORAGE_UNAVAILABLE)
"""Further responses of the upload routes."""

FAILURE_REASONS: tuple[ProblemType, ...] = (UPLOAD_EXPIRED, UPLOAD_GONE, TOO_MANY_DIGITS, TOO_LONG_TO_READ)
"""Why a job may end without a result, beside the problems of pictures; never the status of a response."""
