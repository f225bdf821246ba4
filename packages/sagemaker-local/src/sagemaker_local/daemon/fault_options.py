"""The options of `sagemaker-local faults`, and what its help says."""

from __future__ import annotations

import argparse

_FAULTS = """\
targets
  NAME                an endpoint of SageMaker: latency, throttle, not-ready, unavailable, internal, model-error,
                      disconnect, and of its update rolled-back; a training job, or training-jobs for the next one:
                      capacity, internal, interrupt
  s3:BUCKET[/PREFIX]  latency, throttle, unavailable, internal, denied, disconnect, missing
  dynamodb:TABLE      latency, throttle, throughput, unavailable, internal, denied, disconnect
  sqs:QUEUE           latency, throttle, unavailable, internal, denied, disconnect
  appsync:API         latency, throttle, unavailable, internal, denied, disconnect, lost
  lambda:FUNCTION     latency, throttle, kill
  cloudformation:STACK[/RESOURCE]
                      failed: a resource of that logical id or type cannot be created; unnoticed: when SageMaker
                      rolls an endpoint back, the update of the stack succeeds
  * in place of a resource matches all of them

examples
  sagemaker-local faults ENDPOINT throttle --count 3
  sagemaker-local faults 's3:*' missing --operation GetObject --count 1
  sagemaker-local faults s3:BUCKET/uploads throttle --count 2
  sagemaker-local faults dynamodb:TABLE throughput --operation PutItem --operation UpdateItem
  sagemaker-local faults 'appsync:*' denied
  sagemaker-local faults lambda:FUNCTION kill --seconds 0.5 --count 1
  sagemaker-local faults cloudformation:STACK/AWS::S3::Bucket failed --count 1
  sagemaker-local faults 'appsync:*' clear
"""


def add(failing: argparse.ArgumentParser) -> None:
    """Add them to the parser of the command."""
    failing.formatter_class, failing.epilog = argparse.RawDescriptionHelpFormatter, _FAULTS
    failing.add_argument("target", help="what the fault affects; see below")
    failing.add_argument("kind", help="kind of fault, or clear")
    failing.add_argument("--count", type=int, help="number of affected requests or jobs (default: all, until cleared)")
    failing.add_argument(
        "--operation", action="append", help="affect only this operation of the service; may be repeated"
    )
    failing.add_argument(
        "--seconds", type=float, default=1.0, help="delay of latency; time until kill or interrupt (default 1)"
    )
    failing.add_argument("--status", type=int, default=500, help="status of model-error")
