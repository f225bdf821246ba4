"""The function of `POST /predictions` and `GET /model`: pixels or a picture in, digits and probabilities out.

It holds the routes and the parsing of rows; the endpoint's client, pictures and HTTP are kits. It neither trains nor
loads a model: the endpoint does. Imports `contract` and the kits, never another function. Entry point: `handler`.
"""
