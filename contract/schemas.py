"""Names of the JSON documents that one part writes and another reads; a change of meaning gets another number."""

from __future__ import annotations

MODEL = "digits.model/1"
"""The manifest of a model, and the public part of it that functions are given."""

RECORD = "digits.record/1"
"""A labelled digit in the stream."""

STREAM_PART = "digits.stream-part/1"
"""The manifest beside a part that the stream's consumer stored."""

DEAD_LETTER = "digits.dead-letter/1"
"""What the stream's consumer says of a record that it cannot use."""

TRAINING_PLATFORM = "digits.training/1"
"""What the training stack offers to jobs, in an SSM parameter."""

STREAM = "digits.stream/1"
"""Names of the stream, its parts and its dead letters, in an SSM parameter."""

API = "digits.api/1"
"""Where the HTTP API is, in an SSM parameter."""
