"""Forms for uploads: what S3 reads of them."""

from __future__ import annotations

from sagemaker_local.ministack.upload_forms import Part, up_to_file


def test_fields_after_the_file_are_ignored() -> None:
    key: Part = ("key", None, {}, b"k")
    file: Part = ("file", "a.png", {}, b"1")
    policy: Part = ("policy", None, {}, b"p")
    assert up_to_file([key, policy, file]) == [key, policy, file]
    assert up_to_file([key, file, policy, file]) == [key, file]
    assert up_to_file([file, key]) == [file]
    assert up_to_file([key]) == [key]
    assert up_to_file([]) == []
