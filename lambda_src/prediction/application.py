"""The routes that need the model alone: parse, call the domain, respond. No AWS and no logging here."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contract.model_card import ModelCard
from digit_model.classify import Endpoint, Prediction, classify
from digit_model.metrics import prediction_measures
from gateway.cors import Origins
from gateway.events import BODY_BYTES_MAX, Request, Response
from gateway.http_app import Result, Route
from gateway.metrics import Measure
from gateway.problems import BODY_TOO_LARGE, MALFORMED_REQUEST, UNSUPPORTED_MEDIA_TYPE, ProblemError
from prediction.rows import parse_rows

PREDICTIONS = "/predictions"
MODEL = "/model"

JSON_TYPE = "application/json"


PICTURE_TYPES = ("image/png", "image/jpeg")
MEDIA_TYPES = (JSON_TYPE, *PICTURE_TYPES)

READING_SECONDS = 4
"""Time limit for reading a picture: with all attempts at the endpoint it ends before the function does."""


@dataclass(frozen=True, kw_only=True)
class Application:
    """The routes over one model; implements `gateway.http_app.HttpApp`."""

    card: ModelCard
    endpoint: Endpoint
    origins: Origins = field(default_factory=Origins)

    @property
    def routes(self) -> Mapping[str, Mapping[str, Route]]:
        """The route of each resource and method."""
        return {PREDICTIONS: {"POST": self.predict}, MODEL: {"GET": self.show_model}}

    def predict(self, request: Request) -> Result:
        """Handle `POST /predictions`."""
        body = checked_body(request)
        if request.media_type in PICTURE_TYPES:
            predictions = [self._read(body, request)]
        else:
            predictions = self._classify(parse_rows(body), request.correlation_id)
        document = {
            "predictions": [_shown(each) for each in predictions],
            "model": self.card.short_digest,
        }
        response = Response(status=200, document=document)
        return self._result(response, rows=len(predictions), measures=prediction_measures(predictions))

    def _classify(self, rows: Sequence[bytes], correlation_id: str) -> list[Prediction]:
        return classify(
            rows,
            self.endpoint,
            canonical_form=self.card.canonical_form,
            calibration=self.card.calibration,
            correlation_id=correlation_id,
        )

    def _read(self, body: bytes, request: Request) -> Prediction:
        """Read a picture of one digit; the libraries for pictures are imported only when one comes."""
        from digit_model.predictor import predictor
        from vision.limits import IMAGE_PIXELS_MAX
        from vision.reading import read_picture
        from vision.time_limit import within

        read = within(READING_SECONDS, functools.partial(read_picture, one=True, pixels_max=IMAGE_PIXELS_MAX))
        model = predictor(
            self.endpoint,
            canonical_form=self.card.canonical_form,
            correlation_id=request.correlation_id,
        )
        (digit,) = read(body, request.media_type, model).calibrated(self.card.calibration).digits
        unsure = self.card.calibration.unsure(digit.probability)
        return Prediction(digit=digit.digit, probabilities=digit.probabilities, unsure=unsure)

    def show_model(self, _: Request) -> Result:
        """Handle `GET /model`."""
        document = {**self.card.document, "model": self.card.short_digest}
        headers = {"Cache-Control": "private, max-age=60"}
        return self._result(Response(status=200, document=document, headers=headers), rows=0)

    def _result(self, response: Response, *, rows: int, measures: Sequence[Measure] = ()) -> Result:
        facts = {"model": self.card.short_digest, "rows": rows}
        return Result(response=response, facts=facts, measures=measures)


def _shown(prediction: Prediction) -> dict[str, Any]:
    return {
        "digit": prediction.digit,
        "probabilities": prediction.probabilities,
        "unsure": prediction.unsure,
    }


def checked_body(request: Request) -> bytes:
    """Give the body of a prediction request.

    Raises
    ------
    ProblemError
        If its type or size is not supported.
    """
    if request.media_type not in MEDIA_TYPES:
        accepted = ", ".join(MEDIA_TYPES)
        got = f"Content-Type is {request.media_type[:80]!r}" if request.media_type else "there is no Content-Type"
        raise ProblemError(UNSUPPORTED_MEDIA_TYPE, f"{got}; {accepted} are read", headers={"Accept": accepted})
    body = request.body()
    if not body:
        raise ProblemError(MALFORMED_REQUEST, "the body is empty")
    if len(body) > BODY_BYTES_MAX:
        raise ProblemError(BODY_TOO_LARGE, f"the body has {len(body)} bytes; {BODY_BYTES_MAX} are allowed")
    return body
