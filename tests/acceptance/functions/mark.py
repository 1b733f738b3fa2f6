# SPDX-License-Identifier: Apache-2.0
"""Says in a queue that it ran, for which event."""
import os

import boto3

sqs = boto3.client("sqs")


def handler(event, context):
    sqs.send_message(QueueUrl=os.environ["QUEUE"].replace("localhost", "127.0.0.1"), MessageBody=event["mark"])
