# SPDX-License-Identifier: Apache-2.0
"""Tells the analyst who stopped which trail, when and from where, and just that."""
import os

import boto3

sns = boto3.client("sns")


def handler(event, context):
    call = event["detail"]
    lines = [
        "A trail was stopped.",
        "who:   " + call["userIdentity"]["arn"],
        "key:   " + call["userIdentity"]["accessKeyId"],
        "which: " + call["requestParameters"]["name"],
        "when:  " + call["eventTime"],
        "from:  " + call["sourceIPAddress"],
    ]
    sns.publish(TopicArn=os.environ["TOPIC"], Subject="A trail was stopped", Message="\n".join(lines))
