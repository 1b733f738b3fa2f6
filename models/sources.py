# SPDX-License-Identifier: Apache-2.0
"""Where the models come from: aws-sdk (shapes), its type declarations (names of shapes, enums),
Debian's botocore (errors, limits; optional) and our overlays."""
import gzip
import json
import re
from pathlib import Path


def load_json(path):
    """A JSON file that may be compressed; none where it does not exist."""
    packed = path.with_name(path.name + ".gz")
    if path.exists():
        return json.loads(path.read_text(encoding="utf-8"))
    if packed.exists():
        return json.loads(gzip.decompress(packed.read_bytes()))
    return None


def resolve(model, node):
    while "shape" in node and "type" not in node:
        node = model["shapes"][node["shape"]]
    return node


def apply_overlay(model, overlay):
    for part in ("metadata", "operations", "shapes", "errors"):
        model.setdefault(part, {}).update(overlay.get(part, {}))
    for path, change in overlay.get("merge", {}).items():
        node = model
        for step in path.split("/"):
            node = node if step in node else resolve(model, node)
            if step not in node:
                raise SystemExit(f"models/overlay: the model has no {path} (at {step})")
            node = node[step]
        node.update(change)


def read_model(service, apis, overlays):
    model = {"metadata": {}, "operations": {}, "shapes": {}}
    if service.model != "overlay":
        model = load_json(apis / f"{service.model}.min.json")
        pages = load_json(apis / f"{service.model}.paginators.json") or {}
        model["pagination"] = pages.get("pagination", {})
    overlay = load_json(overlays / f"{service.id}.json")
    if overlay:
        apply_overlay(model, overlay)
    return model


class Declarations:
    """The types of clients/<name>.d.ts: aws-sdk's models have lost the names of shapes, these kept them."""

    INTERFACE = re.compile(r"^  export interface (\w+) \{\n(.*?)^  \}", re.M | re.S)
    FIELD = re.compile(r"^    (\w+)\??: (\w+);", re.M)
    ALIAS = re.compile(r"^  export type (\w+) = (.+);$", re.M)
    METHOD = re.compile(
        r"^  (\w+)\(params: [\w.]+\.Types\.(\w+), callback\?: \(err: AWSError, data: (?:[\w.]+\.Types\.(\w+)|\{\})\)", re.M)

    def __init__(self, text):
        self.fields = {name: dict(self.FIELD.findall(body)) for name, body in self.INTERFACE.findall(text)}
        self.aliases = dict(self.ALIAS.findall(text))
        self.methods = {m[0].lower(): (m[1], m[2] or None) for m in self.METHOD.findall(text)}

    def field(self, type_name, member):
        return self.fields.get(type_name, {}).get(member)

    def element(self, type_name):
        found = re.fullmatch(r"(\w+)\[\]", self.aliases.get(type_name, ""))
        return found and found[1]

    def value(self, type_name):
        found = re.fullmatch(r"\{\[key: string\]: (\w+)\}", self.aliases.get(type_name, ""))
        return found and found[1]

    def enum(self, type_name):
        alias = self.aliases.get(type_name, "")
        return tuple(json.loads(word) for word in re.findall(r'"[^"]*"', alias)) if '"' in alias else ()


def read_declarations(service, clients):
    path = clients / f"{service.client}.d.ts"
    return Declarations(path.read_text(encoding="utf-8") if path.exists() else "")


class Botocore:
    """Errors with their codes and statuses, limits of shapes by name, unsigned operations."""

    def __init__(self, model):
        self.shapes = model["shapes"]
        self.operations = model["operations"]

    def limits(self, type_name):
        shape = self.shapes.get((type_name or "").lstrip("_"), {})
        return {key: shape[key] for key in ("min", "max", "pattern") if key in shape}

    def errors(self):
        for name, shape in self.shapes.items():
            if not shape.get("exception"):
                continue
            trait = shape.get("error", {})
            members = shape.get("members", {})
            yield name, {
                "code": trait.get("code", name),
                "httpStatusCode": trait.get("httpStatusCode", 500 if shape.get("fault") else 400),
                "messageMember": "Message" if "Message" in members else "message",
                "hasType": "Type" in members,
            }

    def errors_of(self, operation):
        return [e["shape"] for e in self.operations.get(operation, {}).get("errors", [])]

    def unsigned(self, operation):
        return self.operations.get(operation, {}).get("authtype") == "none"


def read_botocore(service, data):
    folders = sorted(Path(data, service.botocore).glob("*/")) if data else []
    model = load_json(folders[-1] / "service-2.json") if folders else None
    return Botocore(model or {"shapes": {}, "operations": {}})
