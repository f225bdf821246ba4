"""Answers one invocation: the container's checks in its order.

Too large 413, empty 204, unreadable 415, not predictable 400, answer type unknown 406, not writable 500. Pure: no HTTP
server in sight, so the whole contract can be tried without a socket.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http import HTTPStatus

from sagemaker_local.container.serving import media_types
from sagemaker_local.container.serving.encoding import encode_batch, encode_predictions
from sagemaker_local.container.serving.forms import is_eaten_as_form, is_oversized_form
from sagemaker_local.container.serving.predictor import Predictions, Predictor
from sagemaker_local.container.serving.request_body import UnreadableBody, parse_body
from sagemaker_local.container.serving.responses import NO_CONTENT, Answer, error_page, text_answer
from sagemaker_local.container.serving.selectable import encode_selected, select
from sagemaker_local.container.serving.settings import ServingSettings

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """What a caller sent to `/invocations`.

    Parameters
    ----------
    body
        The payload.
    content_type
        Its header, `None` when it was not sent.
    accept
        The `Accept` header, empty when it was not sent.
    """

    body: bytes
    content_type: str | None = None
    accept: str = ""


class ScoringService:
    """Answers invocations with the loaded models.

    Parameters
    ----------
    predictor
        The models.
    settings
        How to answer.
    """

    def __init__(self, predictor: Predictor, settings: ServingSettings) -> None:
        self._predictor = predictor
        self.settings = settings

    def answer(self, invocation: Invocation) -> Answer:
        """Answer one invocation; whatever is wrong with it becomes an answer too."""
        body, content_type = invocation.body, invocation.content_type
        if len(body) > self.settings.max_content_length_bytes or is_oversized_form(content_type, len(body)):
            return error_page(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if not body or is_eaten_as_form(content_type):
            return NO_CONTENT
        try:
            rows = parse_body(body, content_type)
        except UnreadableBody as error:
            return _refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, str(error))
        try:
            predictions = self._predictor.predict(rows)
        except Exception as error:  # noqa: BLE001 - the container reports whatever XGBoost raised to the client
            return _refusal(HTTPStatus.BAD_REQUEST, f"Unable to evaluate payload provided: {error}")
        try:
            media_type = media_types.answer_type(invocation.accept, default=self.settings.default_accept)
        except ValueError as error:
            return _refusal(HTTPStatus.NOT_ACCEPTABLE, str(error))
        return self._encoded(predictions, media_type)

    def _encoded(self, predictions: Predictions, media_type: str) -> Answer:
        if self.settings.selected_keys is not None:
            return self._selected(predictions, self.settings.selected_keys, media_type)
        values = predictions.tolist()
        try:
            body = encode_batch(values) if self.settings.batch else encode_predictions(values, media_type)
        except (TypeError, ValueError) as error:
            _LOG.warning("500: %s", error)
            return error_page(HTTPStatus.INTERNAL_SERVER_ERROR)
        return Answer(body=body, content_type=media_types.content_type_header(media_type))

    def _selected(self, predictions: Predictions, keys: tuple[str, ...], media_type: str) -> Answer:
        facts = self._predictor.facts
        try:
            rows = select(predictions, keys, objective=facts.objective, classes=facts.classes)
            body = encode_selected(rows, keys, media_type, batch=self.settings.batch)
        except (TypeError, ValueError) as error:
            return _refusal(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))
        return Answer(body=body, content_type=media_types.content_type_header(media_type))


def _refusal(status: HTTPStatus, text: str) -> Answer:
    _LOG.warning("%d: %s", status, text.split("\nStack trace")[0])
    return text_answer(status, text)
