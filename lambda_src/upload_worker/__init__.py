"""The function that reads uploaded pictures: from a queue of S3's events to the one visible end of each job.

`worker` is what happens with one upload, `reading` what makes digits of a picture; both are pure but for what is passed
in. The adapters are `picture_store` (S3), `announcer` (AppSync Events) and `retries` (SQS). Built on `prediction` for
pictures and the endpoint, and on `uploads` for jobs.
"""
