# SPDX-License-Identifier: Apache-2.0
"""Doubles a number, and says so."""


def handler(event, context):
    print("twenty is", event["n"])
    return {"twice": 2 * event["n"]}
