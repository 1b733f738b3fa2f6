#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what CloudFormation says of the resource types of schemas.txt, one a line.

  schemas.py --spec FILE --out FILE

--spec: db.json.gz of npm's @aws-cdk/aws-service-spec, AWS's own resource schemas.
A line of --out: the type's name, a tab, JSON: {"identifier": [property…], "tags": name of the property that holds the
tags (absent: none), "attributes": [what is read-only], "properties": {name: PROPERTY}, "types": {name: {name: PROPERTY}}}.
PROPERTY: {"kind": string | number | integer | boolean | json | timestamp | tag | array | map | object | union,
"required", "create_only" (where true), "of": the kind of an array's or map's elements, or a name in "types" of an object}.
"""
import argparse
import gzip
import json
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Types:
    """The definitions that one resource type uses, by name."""

    def __init__(self, definitions):
        self.definitions = definitions
        self.used = {}

    def kind(self, given):
        kind = given["type"]
        if kind in ("array", "map"):
            return {"kind": kind, "of": self.kind(given["element"])}
        if kind == "ref":
            definition = self.definitions[given["reference"]["$ref"]]
            name = definition["name"]
            if name not in self.used:
                self.used[name] = {}
                self.used[name] = self.properties(definition)
            return {"kind": "object", "name": name}
        if kind == "date-time":
            return {"kind": "timestamp"}
        return {"kind": kind}

    def properties(self, entity):
        return {name: self.written(given) for name, given in sorted(entity["properties"].items())}

    def written(self, given):
        flags = {"required": given.get("required"), "create_only": given.get("causesReplacement") == "yes"}
        return self.kind(given["type"]) | {name: True for name, value in flags.items() if value}


def written(resource, definitions):
    types = Types(definitions)
    properties = types.properties(resource)
    out = {
        "identifier": resource.get("primaryIdentifier", []),
        "attributes": sorted(resource["attributes"]),
        "properties": properties,
        "types": types.used,
    }
    if tags := resource.get("tagInformation", {}).get("tagPropertyName"):
        out["tags"] = tags
    return json.dumps(out, separators=(",", ":"), sort_keys=True)


def wanted():
    lines = (HERE / "schemas.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line + "::" for line in lines if line and not line.startswith("#"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spec", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    with gzip.open(options.spec) as spec:
        schema = json.load(spec)["schema"]
    definitions = {entity["$id"]: entity for entity in schema["typeDefinition"]["entities"]}
    prefixes = wanted()
    lines = [
        f"{resource['cloudFormationType']}\t{written(resource, definitions)}\n"
        for resource in schema["resource"]["entities"]
        if resource["cloudFormationType"].startswith(prefixes)
    ]
    options.out.write_text("".join(sorted(lines)), encoding="utf-8")


if __name__ == "__main__":
    main()
