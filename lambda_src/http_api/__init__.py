"""The OpenAPI document of the HTTP API, written from the tables of the functions behind it; deployed with none."""
