# SPDX-License-Identifier: Apache-2.0
"""Tells the analyst what has drifted, who did it, by which call and when. Started by the event that a resource has become NON_COMPLIANT."""
import datetime
import os

import boto3

config, trail, sns = (boto3.client(name) for name in ("config", "cloudtrail", "sns"))


def handler(event, context):
    detail = event["detail"]
    items = config.get_resource_config_history(resourceType=detail["resourceType"], resourceId=detail["resourceId"], limit=10)["configurationItems"]
    judged = datetime.datetime.fromisoformat(detail["newEvaluationResult"]["resultRecordedTime"])
    call = next(call for item in items for call in item["relatedEvents"] if item["configurationItemCaptureTime"] <= judged)
    made = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventId", "AttributeValue": call}])["Events"][0]
    lines = [
        f"{detail['resourceType']} {detail['resourceId']} is {detail['newEvaluationResult']['complianceType']} with {detail['configRuleName']}.",
        "who:   " + made["Username"],
        "call:  " + made["EventName"],
        "when:  " + made["EventTime"].isoformat(),
    ]
    sns.publish(TopicArn=os.environ["TOPIC"], Subject="A resource has drifted", Message="\n".join(lines))
