"""The peer of `benchmarks.endpoint_server`: the same model behind Flask, written the straightforward way.

Parse the CSV with numpy, make a DMatrix, predict, write CSV. Run by gunicorn:
`gunicorn 'benchmarks.flask_peer:create("model")'`.
"""

from __future__ import annotations

import numpy as np
import xgboost
from flask import Flask, Response, request  # type: ignore[import-not-found, unused-ignore]


def create(model: str) -> Flask:
    """Make the application.

    Parameters
    ----------
    model
        Path of a model in UBJSON.
    """
    booster = xgboost.Booster()
    with open(model, "rb") as file:  # noqa: PTH123 - the plain way
        booster.load_model(bytearray(file.read()))
    app = Flask(__name__)

    @app.get("/ping")  # type: ignore[untyped-decorator, unused-ignore]
    def ping() -> Response:
        return Response(status=200)

    @app.post("/invocations")  # type: ignore[untyped-decorator, unused-ignore]
    def invocations() -> Response:
        rows = np.loadtxt(request.get_data(as_text=True).splitlines(), delimiter=",", ndmin=2, dtype=np.float32)
        predictions = booster.predict(xgboost.DMatrix(rows))
        lines = [",".join(map(str, row)) for row in predictions.tolist()]
        return Response("\n".join(lines) + "\n", mimetype="text/csv")

    return app
