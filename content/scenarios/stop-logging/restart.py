# SPDX-License-Identifier: Apache-2.0
"""Starts the logging of a trail again, when it was stopped."""
import boto3

cloudtrail = boto3.client("cloudtrail")


def handler(event, context):
    cloudtrail.start_logging(Name=event["detail"]["requestParameters"]["name"])
