"""The routes that need the model alone: parse, call the domain, respond. No AWS and no logging here."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contract.model_card import ModelCard
from digit_model.classify import Endpoint, Prediction, classify
from digit_model.metrics import prediction_measures
from gateway.body import checked_body
from gateway.cors import Origins
from gateway.events import Request, Response
from gateway.http_app import Result, Route
from gateway.metrics import Measure
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
        body = checked_body(request, MEDIA_TYPES)
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
        return Prediction(digit=digit.digit, probabilities=digit.probabilities, unsure=digit.unsure)

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
