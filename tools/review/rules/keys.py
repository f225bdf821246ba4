"""Rules for keys, secrets and parameters: KMS, Secrets Manager, Parameter Store."""

from __future__ import annotations

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.holders import KEPT, altered, keyed, replaced
from tools.review.rules.documents import parameter_value
from tools.review.shapes import always, each, listed, number, ordered, present, switch
from tools.review.values import properties

PENDING = number(
    up=harmless("a key that is deleted by mistake can be brought back for longer"),
    down=data_loss("a key that is deleted by mistake, with all that it encrypts, can be brought back for fewer days"),
    default=30,
)
ENABLED = switch(
    on=harmless("the key can be used again"),
    off=interruption("nothing that the key encrypts can be read or written"),
    default=True,
)
ANEW = always(data_loss("a key cannot change so: with a new one, what the old one encrypts can no longer be read"))
KEY: dict[str, Rule] = {
    "BypassPolicyLockoutSafetyCheck": switch(
        on=access("the policy of the key may lock everybody out"),
        off=harmless("a policy that locks everybody out is refused"),
    ),
    "Enabled": ENABLED,
    "EnableKeyRotation": switch(
        on=harmless("the key is rotated by itself"), off=access("the key is no longer rotated by itself")
    ),
    **each(ANEW, "KeySpec", "KeyUsage", "MultiRegion", "Origin"),
    "PendingWindowInDays": PENDING,
    "RotationPeriodInDays": number(
        up=access("the key is rotated less often"), down=harmless("the key is rotated more often"), default=365
    ),
}
SECRET: dict[str, Rule] = {
    "GenerateSecretString": always(interruption("a new value is made, and what holds the old one is refused")),
    "KmsKeyId": keyed("the secret"),
    "ReplicaRegions": listed(
        added=cost("the secret is copied to another region"),
        removed=interruption("readers of the secret in a region get errors"),
    ),
    "SecretString": always(interruption("the secret has another value, and what holds the old one is refused")),
    "Type": always(interruption("the secret is rotated in another way")),
}
ROTATION: dict[str, Rule] = {
    "HostedRotationLambda": always(interruption("another function rotates the secret, and may fail to")),
    "RotateImmediatelyOnUpdate": always(interruption("the secret is rotated at the deployment, or at its time")),
    "RotationLambdaARN": always(interruption("another function rotates the secret, and may fail to")),
    "ExternalSecretRotationRoleArn": always(interruption("rotation stops if the other role lacks a right")),
    "ExternalSecretRotationMetadata": always(interruption("the secret is rotated in another way, and may fail to")),
    "RotationRules": present(
        added=harmless("the secret is rotated by itself"), removed=access("the secret is no longer rotated by itself")
    ),
    "RotationRules.AutomaticallyAfterDays": number(
        up=access("the secret is rotated less often"), down=harmless("the secret is rotated more often")
    ),
    "RotationRules.Duration": always(harmless("only how long a rotation may take")),
    "RotationRules.ScheduleExpression": altered(access("the secret may be rotated less often")),
}
PARAMETER: dict[str, Rule] = {
    "AllowedPattern": present(
        added=harmless("values of another form are refused"),
        removed=access("values of any form are taken"),
        changed=access("values of another form are taken"),
    ),
    "DataType": always(harmless("only what is checked when the value is written")),
    "Policies": present(
        added=data_loss("the parameter can expire and be deleted"),
        removed=cost("the parameter stays until somebody deletes it"),
        changed=data_loss("the parameter can expire and be deleted earlier"),
    ),
    "Tier": ordered(
        ("Standard", "Intelligent-Tiering", "Advanced"),
        up=cost("an advanced parameter is paid for"),
        down=interruption("a parameter cannot become smaller: the update fails or makes it anew"),
        default="Standard",
    ),
    "Type": always(interruption("readers get the value in another form")),
    "Value": parameter_value,
}


def _key_gone(change: Change) -> Verdict:
    policy = (change.base or {}).get("DeletionPolicy", "Delete")
    if policy in KEPT:
        return data_loss("the key stays in the account but leaves the stack, which no longer protects or rotates it")
    days = properties(change.base).get("PendingWindowInDays", 30)
    return data_loss(f"the key is deleted after {days} days, and nothing that it encrypts can be read from now on")


def _secret_added(change: Change) -> Verdict:
    value = properties(change.head).get("SecretString")
    if isinstance(value, str) and "{{resolve:" not in value:
        return access("the template holds a secret in plain text, for everybody who can read it")
    return cost("a secret is paid for by the month")


PROPERTIES: PropertyRules = {
    "AWS::KMS::Key": KEY,
    "AWS::KMS::ReplicaKey": {"Enabled": ENABLED, "PendingWindowInDays": PENDING},
    "AWS::KMS::Alias": {
        "TargetKeyId": always(interruption("the name stands for another key: old data or signatures may not open")),
    },
    "AWS::SecretsManager::Secret": SECRET,
    "AWS::SecretsManager::RotationSchedule": ROTATION,
    "AWS::SecretsManager::SecretTargetAttachment": each(
        always(interruption("the secret leads to another database")), "TargetId", "TargetType"
    ),
    "AWS::SSM::Parameter": PARAMETER,
}
LOST_SECRET = always(
    data_loss("the secret leaves the stack, and its value is deleted unless the deletion policy retains it")
)
REMOVED: dict[str, Rule] = {
    "AWS::KMS::Key": _key_gone,
    "AWS::KMS::ReplicaKey": _key_gone,
    "AWS::KMS::Alias": always(interruption("what names the key by this alias gets errors")),
    "AWS::SecretsManager::Secret": LOST_SECRET,
    "AWS::SecretsManager::RotationSchedule": always(access("the secret is no longer rotated by itself")),
    "AWS::SecretsManager::SecretTargetAttachment": always(
        interruption("the secret no longer tells how to reach the database")
    ),
    "AWS::SSM::Parameter": always(interruption("what reads the parameter gets errors")),
}
REPLACED: dict[str, Rule] = {
    "AWS::KMS::Key": replaced("the old key, without which nothing that it encrypts can be read,"),
    "AWS::KMS::ReplicaKey": replaced("the old key, without which nothing that it encrypts can be read,"),
    "AWS::KMS::Alias": always(interruption("what names the key by the old alias gets errors")),
    "AWS::SecretsManager::Secret": replaced("the old secret, with its value,"),
    "AWS::SecretsManager::RotationSchedule": always(interruption("the secret is rotated at once")),
    "AWS::SecretsManager::SecretTargetAttachment": always(
        interruption("the secret tells otherwise how to reach the database")
    ),
    "AWS::SSM::Parameter": always(interruption("what reads the parameter by its old name gets errors")),
}
ADDED: dict[str, Rule] = {
    "AWS::KMS::Key": always(cost("a key is paid for by the month")),
    "AWS::KMS::ReplicaKey": always(cost("a key is paid for by the month")),
    "AWS::KMS::Alias": always(harmless("only another name of a key")),
    "AWS::SecretsManager::Secret": _secret_added,
    "AWS::SecretsManager::RotationSchedule": always(harmless("the secret is rotated by itself")),
    "AWS::SecretsManager::SecretTargetAttachment": always(harmless("the secret tells how to reach the database")),
    "AWS::SSM::Parameter": always(harmless("a new value that nobody reads yet")),
}
