"""The function of the upload routes: it signs the form for one upload, and shows the status of its job.

It holds the routes, the caller's identity and the signing. It never reads a picture: a client sends it to S3, and
`upload_worker` reads it there. Imports `contract` and the kits, never another function. Entry point: `handler`.
"""
