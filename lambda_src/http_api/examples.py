"""The example of the API document: the first image of MNIST's test file, a seven, and a model's prediction for it."""

from __future__ import annotations

import base64
import io

from PIL import Image

SEVEN_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAABwAAAAcCAAAAABXZoBIAAAAwUlEQVR42mNgGDaAEUKFpD77sfTFHeyS9xQYGBg+X4UKPuk6w8DAwMDAAuGm6l/TMnSw"
    "eCzLwPDntSTDozPIOhkYGBgYBA3PmDIw/Lh1XShnGi5nBP+9KIRLTuzl/2AokwlDMlv0/U1cGq1//rPD6fHWf7tZcclxnv1hhVNj3b9tOOW8f3+wxCUn"
    "fPffMlxyzKf/3VbGJan2758vLjn5B/+KGXF78Z8JLjnbT+iSSGFrw8Nw9wuKJAsy56LzO+ITGABpETyQcCy90wAAAABJRU5ErkJggg=="
)
"""28 x 28, grey, light ink on black, as in the data set."""

SEVEN_DIGIT = 7

SEVEN_PROBABILITIES = (
    1.0574937903129467e-07,
    5.2653760462817445e-08,
    5.722114337913808e-07,
    5.194081950321561e-06,
    1.0923324111900001e-07,
    4.6668515096826013e-07,
    3.222154987270187e-08,
    0.9999914169311523,
    1.332193022562933e-07,
    1.9137539766234113e-06,
)

MODEL = "1d17d3fadbed"
"""The model of that prediction: first 12 hexadecimal digits of its SHA-256."""


def seven_pixels() -> bytes:
    """Give the pixels of the picture."""
    with Image.open(io.BytesIO(SEVEN_PNG)) as image:
        return image.tobytes()
