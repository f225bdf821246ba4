"""What is said of changes of definitions of pipelines and state machines."""

from __future__ import annotations

import json
from typing import Any

from tests.support.review_rules import each_row, judge
from tools.review.change import Risk

H, C, A, N, D, U = Risk.HARMLESS, Risk.COST, Risk.ACCESS, Risk.INTERRUPTION, Risk.DATA_LOSS, Risk.UNKNOWN

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:{}"


def pipeline(**changes: Any) -> dict[str, Any]:
    """Make a pipeline with a gate; the names of what changes are those of the arguments."""
    train = {
        "AlgorithmSpecification": {"TrainingImage": changes.get("image", IMAGE.format("3.2-0"))},
        "EnableNetworkIsolation": changes.get("isolation", True),
        "ResourceConfig": {
            "InstanceType": changes.get("machine", "ml.m5.large"),
            "InstanceCount": changes.get("count", 1),
        },
        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
    }
    gate = {
        "Name": "Gate",
        "Type": "Condition",
        "Arguments": {"Conditions": [{"LeftValue": changes.get("gate", 0.98)}]},
    }
    text = json.dumps(
        {
            "Parameters": [
                {"Name": "NumRound", "DefaultValue": changes.get("rounds", "100")},
                {"Name": "PromotedAccuracy", "DefaultValue": changes.get("promoted", 0.97)},
                {"Name": "MinimumImprovement", "DefaultValue": changes.get("minimum", 0.0005)},
                {"Name": "LogLossTolerance", "DefaultValue": changes.get("tolerance", 0.0)},
            ],
            "Steps": [
                {"Name": "Train", "Type": "Training", "Arguments": train},
                *([gate] if changes.get("with_gate", True) else []),
                {
                    "Name": "Register",
                    "Arguments": {"ModelApprovalStatus": changes.get("approval", "PendingManualApproval")},
                },
            ],
        }
    )
    before, role, after = text.partition('{"Fn::GetAtt": ["Role", "Arn"]}')
    return {"Fn::Join": ["", [f'{before}"', json.loads(role), f'"{after}']]}


@each_row(
    [
        ({"rounds": "200"}, H),
        ({"promoted": 0.98}, H),
        ({"image": IMAGE.format("3.3-1")}, H),
        ({"machine": "ml.m5.4xlarge"}, C),
        ({"count": 10}, C),
        ({"isolation": False}, A),
        ({"with_gate": False}, A),
        ({"gate": 0.5}, A),
        ({"minimum": 0.0}, A),
        ({"minimum": 0.01}, H),
        ({"tolerance": 1.0}, A),
        ({"approval": "Approved"}, A),
        ({"image": "docker.io/somebody/x:1"}, A),
    ],
)
def test_the_definition_of_a_pipeline(changes: dict[str, Any], risk: Risk) -> None:
    path = "PipelineDefinition.PipelineDefinitionBody"
    assert judge("AWS::SageMaker::Pipeline", path, pipeline(), pipeline(**changes)) == risk


@each_row(
    [
        ({"States": {"A": {"Retry": [1]}}}, {"States": {"A": {}}}, N),
        ({"States": {"A": {}}}, {"States": {"A": {"Retry": [1]}}}, H),
        ({"States": {"A": {}, "B": {}}}, {"States": {"A": {}}}, N),
        ({"TimeoutSeconds": 60}, {"TimeoutSeconds": 5}, N),
        ({"Comment": "a"}, {"Comment": "b"}, H),
        ({"Comment": "a"}, "no JSON", U),
    ],
)
def test_the_definition_of_a_state_machine(before: Any, after: Any, risk: Risk) -> None:
    text = after if isinstance(after, str) else {"Fn::Sub": json.dumps(after)}
    assert judge("AWS::StepFunctions::StateMachine", "DefinitionString", json.dumps(before), text) == risk


@each_row(
    [
        ("LoggingConfiguration", {"Level": "ALL"}, None, D),
        ("LoggingConfiguration.Level", "ALL", "OFF", D),
        ("LoggingConfiguration.Level", "ERROR", "ALL", C),
        ("LoggingConfiguration.IncludeExecutionData", False, True, A),
        ("TracingConfiguration.Enabled", True, False, H),
        ("EncryptionConfiguration", {"KmsKeyId": "k"}, None, A),
    ],
)
def test_a_property_of_a_state_machine(path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge("AWS::StepFunctions::StateMachine", path, before, after) == risk
