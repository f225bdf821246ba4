"""The routes that need the model alone: parse, call the domain, respond. No AWS and no logging here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from contract.model_card import ModelCard
from digit_model.classify import Endpoint, classify
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


def read_image(body: bytes, media_type: str) -> list[bytes]:
    """Read one picture of a digit as one row of pixels; the imaging library is imported only when a picture comes."""
    from vision.images import decode
    from vision.normalise import normalise

    return [normalise(decode(body, media_type))]


READERS: Mapping[str, Callable[[bytes, str], list[bytes]]] = {
    JSON_TYPE: lambda body, _: parse_rows(body),
    "image/png": read_image,
    "image/jpeg": read_image,
}
"""How a body of each media type becomes rows of pixels."""


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
        predictions = classify(
            read_rows(request),
            self.endpoint,
            canonical_form=self.card.canonical_form,
            correlation_id=request.correlation_id,
        )
        document = {
            "predictions": [{"digit": p.digit, "probabilities": p.probabilities} for p in predictions],
            "model": self.card.short_digest,
        }
        response = Response(status=200, document=document)
        return self._result(response, rows=len(predictions), measures=prediction_measures(predictions))

    def show_model(self, _: Request) -> Result:
        """Handle `GET /model`."""
        document = {**self.card.document, "model": self.card.short_digest}
        headers = {"Cache-Control": "private, max-age=60"}
        return self._result(Response(status=200, document=document, headers=headers), rows=0)

    def _result(self, response: Response, *, rows: int, measures: Sequence[Measure] = ()) -> Result:
        facts = {"model": self.card.short_digest, "rows": rows}
        return Result(response=response, facts=facts, measures=measures)


def read_rows(request: Request) -> list[bytes]:
    """Read the pixels out of a prediction request, whatever its media type.

    Returns
    -------
    list of bytes
        Rows of 784 pixels 0..255, row-major, 0 is background.

    Raises
    ------
    ProblemError
        If type, size or content are not as the API wants them.
    """
    read = READERS.get(request.media_type)
    if read is None:
        accepted = ", ".join(READERS)
        got = f"Content-Type is {request.media_type[:80]!r}" if request.media_type else "there is no Content-Type"
        raise ProblemError(UNSUPPORTED_MEDIA_TYPE, f"{got}; {accepted} are read", headers={"Accept": accepted})
    body = request.body()
    if not body:
        raise ProblemError(MALFORMED_REQUEST, "the body is empty")
    if len(body) > BODY_BYTES_MAX:
        raise ProblemError(BODY_TOO_LARGE, f"the body has {len(body)} bytes; {BODY_BYTES_MAX} are allowed")
    return read(body, request.media_type)
