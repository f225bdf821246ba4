"""Resources of the Serverless Application Model, which CloudFormation turns into functions, tables and APIs.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
"""

from __future__ import annotations

from tools.review.change import PropertyRules, Rule, access, data_loss, harmless, interruption
from tools.review.rules import function_sources, functions
from tools.review.shapes import always, present

FUNCTION = "AWS::Lambda::Function"
_ALL = {**function_sources.PROPERTIES, **functions.PROPERTIES}
_CODE = always(harmless("other code in the same function, which is what a release is"))
_RIGHTS = always(access("the function may do other things than before"))

PROPERTIES: PropertyRules = {
    "AWS::Serverless::Function": {
        **_ALL[FUNCTION],
        "CodeUri": _CODE,
        "InlineCode": _CODE,
        "ImageUri": _CODE,
        "AutoPublishAlias": always(interruption("the alias that callers use is another one, or gone")),
        "AutoPublishCodeSha256": _CODE,
        "DeadLetterQueue": present(
            added=harmless("calls that fail are kept"),
            removed=data_loss("calls that fail are thrown away"),
            changed=data_loss("calls that fail go elsewhere"),
        ),
        "Policies": _RIGHTS,
        "Events.*": present(
            added=access("one more event or caller starts the function"),
            removed=interruption("an event or caller no longer starts the function"),
        ),
        **{f"FunctionUrlConfig.{path}": rule for path, rule in _ALL["AWS::Lambda::Url"].items()},
    },
}
REMOVED: dict[str, Rule] = {
    "AWS::Serverless::Function": functions.REMOVED[FUNCTION],
    "AWS::Serverless::SimpleTable": always(data_loss("the table and its items are deleted")),
}
REPLACED: dict[str, Rule] = {
    "AWS::Serverless::Function": functions.REPLACED[FUNCTION],
    "AWS::Serverless::SimpleTable": always(data_loss("a new, empty table takes the place of the old one")),
}
