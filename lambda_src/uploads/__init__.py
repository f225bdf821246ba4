"""The function of the upload routes: it hands out the right to upload one picture, and tells what became of it.

It never sees a picture: a browser sends it to S3, and `upload_worker` reads it there. `jobs` is what both know of an
upload. Built on `prediction` for requests, problems and answers.
"""
