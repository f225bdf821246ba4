"""The OpenAPI document of the HTTP API, written from the tables and schemas of the functions behind it.

It holds what only the document needs: schemas, examples, the order of problems. It is deployed with no function, and no
function imports it; it may import `contract`, all kits, and the functions whose routes it describes.
"""
