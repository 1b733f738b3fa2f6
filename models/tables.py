# SPDX-License-Identifier: Apache-2.0
"""The table of one service: bytes that src/engines/model/table.cpp reads. Change both together.

Numbers are unsigned LEB128, texts are numbers of the string table. A table is:
  strings, metadata, errors, enums, shapes, operations  (each: count, then entries; metadata: no count)
"""

TYPES = ["structure", "list", "map", "string", "boolean", "integer", "long", "float", "double", "blob", "timestamp"]
LOCATIONS = ["", "header", "headers", "uri", "querystring", "statusCode"]
PROTOCOLS = ["json", "query", "ec2", "rest-json", "rest-xml", "cbor"]
FLAGS = ["required", "flattened", "streaming", "idempotencyToken", "sensitive", "xmlAttribute", "deprecated", "hostLabel"]
TEXTS = ["locationName", "queryName", "xmlNamespace", "xmlPrefix", "timestampFormat"]
SHAPE_FLAGS = ["union", "document", "eventstream", "event"]
LIMITS = ["min", "max"]
PAGING = ["input_token", "output_token", "limit_key", "result_key"]


class Writer:
    def __init__(self):
        self.bytes = bytearray()

    def number(self, value):
        while value > 0x7F:
            self.bytes.append(value & 0x7F | 0x80)
            value >>= 7
        self.bytes.append(value)

    def signed(self, value):
        self.number(value << 1 if value >= 0 else (-value << 1) - 1)


class Table:
    """Collects the shapes of a service (equal inline shapes become one) and writes them."""

    def __init__(self, service, model, declarations, botocore):
        self.service, self.model = service, model
        self.declarations, self.botocore = declarations, botocore
        self.strings, self.enums = {"": 0}, {}
        self.shapes, self.inline, self.shared = [], {}, {}
        self.errors = dict(botocore.errors()) | model.get("errors", {})
        self.operations = [self.operation(name, op) for name, op in sorted(model["operations"].items())]

    def text(self, value):
        return self.strings.setdefault(value or "", len(self.strings))

    def member(self, name, ref, type_name, required=False):
        """(name, shape, flags, texts, location): a reference to a shape with its traits."""
        base = self.model["shapes"][ref["shape"]] if "shape" in ref else {}
        trait = lambda key: ref.get(key, base.get(key))
        namespace = trait("xmlNamespace") or {}
        namespace = {"uri": namespace} if isinstance(namespace, str) else namespace
        texts = {key: trait(key) for key in ("locationName", "queryName", "timestampFormat")}
        texts |= {"xmlNamespace": namespace.get("uri"), "xmlPrefix": namespace.get("prefix")}
        flags = sum(1 << i for i, flag in enumerate(FLAGS) if (required if flag == "required" else trait(flag)))
        return (self.text(name), self.shape(ref, type_name), flags,
                tuple(self.text(texts[key]) for key in TEXTS), LOCATIONS.index(trait("location") or ""))

    def shape(self, ref, type_name):
        if "shape" not in ref:
            entry = self.describe(ref, type_name)
            if entry not in self.inline:
                self.inline[entry] = len(self.shapes)
                self.shapes.append(entry)
            return self.inline[entry]
        name = ref["shape"]
        if name not in self.shared:
            self.shared[name] = len(self.shapes)
            self.shapes.append(None)
            self.shapes[self.shared[name]] = self.describe(self.model["shapes"][name], type_name)
        return self.shared[name]

    def describe(self, shape, type_name):
        kind = shape.get("type", "string")
        declared = self.declarations
        members = []
        if kind == "structure":
            required = shape.get("required", [])
            members = [self.member(name, ref, declared.field(type_name, name), name in required)
                       for name, ref in shape.get("members", {}).items()]
        elif kind == "list":
            members = [self.member("member", shape["member"], declared.element(type_name))]
        elif kind == "map":
            members = [self.member("key", shape["key"], None),
                       self.member("value", shape["value"], declared.value(type_name))]
        limits = self.botocore.limits(type_name) | {k: shape[k] for k in ("min", "max", "pattern") if k in shape}
        enum = tuple(shape.get("enum", ())) or (declared.enum(type_name) if kind == "string" else ())
        flags = sum(1 << i for i, flag in enumerate(SHAPE_FLAGS) if shape.get(flag))
        payload = shape.get("payload")
        return (TYPES.index(kind), flags,
                tuple(limits[key] if isinstance(limits.get(key), int) else None for key in LIMITS),
                self.text(limits.get("pattern")), self.enums.setdefault(enum, len(self.enums) + 1) if enum else 0,
                1 + list(shape["members"]).index(payload) if payload else 0, tuple(members))

    def operation(self, name, op):
        http = op.get("http", {})
        types = self.declarations.methods.get(name.lower(), (None, None))
        sides = []
        for side, type_name in (("input", types[0]), ("output", types[1])):
            ref = op.get(side)
            sides.append(self.member(side, ref, type_name) if ref is not None else None)
        errors = op.get("errors") or [e for e in self.botocore.errors_of(name) if e in self.errors]
        unsigned = op.get("authtype") == "none" or self.botocore.unsigned(name)
        checksum = op.get("httpChecksum", {})
        flags = [unsigned, op.get("deprecated"), op.get("idempotent"), checksum.get("requestChecksumRequired")]
        pages = self.model.get("pagination", {}).get(name, {})
        paging = [pages.get(key) if isinstance(pages.get(key), str) else None for key in PAGING]
        return (self.text(name), self.text(http.get("method", "POST")), self.text(http.get("requestUri", "/")),
                http.get("responseCode", 200), sum(1 << i for i, flag in enumerate(flags) if flag),
                self.text((op.get("output") or {}).get("resultWrapper")), tuple(map(self.text, paging)),
                tuple(list(self.errors).index(e) for e in errors), sides)

    def metadata(self):
        data = self.model["metadata"]
        names = data.get("protocols") or [data["protocol"]]
        return {
            "texts": [self.service.id, data["endpointPrefix"], data.get("signingName", data["endpointPrefix"]),
                      data.get("targetPrefix"), data.get("jsonVersion"), data["apiVersion"],
                      data.get("xmlNamespace"), data.get("serviceFullName"), data.get("serviceId")],
            "primary": PROTOCOLS.index(data["protocol"]),
            "protocols": sum(1 << PROTOCOLS.index(name) for name in names),
            "query_compatible": int("awsQueryCompatible" in data),
        }

    def write(self):
        body = Writer()
        metadata = self.metadata()
        for value in metadata["texts"]:
            body.number(self.text(value))
        for key in ("primary", "protocols", "query_compatible"):
            body.number(metadata[key])
        self.write_errors(body)
        body.number(len(self.enums))
        for values in self.enums:
            body.number(len(values))
            for value in values:
                body.number(self.text(value))
        body.number(len(self.shapes))
        body.number(sum(len(shape[-1]) for shape in self.shapes))
        for shape in self.shapes:
            self.write_shape(body, shape)
        body.number(len(self.operations))
        for operation in self.operations:
            self.write_operation(body, operation)
        return self.string_table() + bytes(body.bytes)

    def string_table(self):
        head = Writer()
        encoded = [text.encode() for text in self.strings]
        head.number(len(encoded))
        for text in encoded:
            head.number(len(text))
        return bytes(head.bytes) + b"".join(encoded)

    def write_errors(self, out):
        out.number(len(self.errors))
        for name, error in self.errors.items():
            out.number(self.text(name))
            out.number(self.text(error.get("code", name)))
            out.number(self.text(error.get("messageMember", "message")))
            out.number(error["httpStatusCode"])
            out.number(int(error.get("hasType", False)))

    def write_member(self, out, member):
        name, shape, flags, texts, location = member
        out.number(name)
        out.number(shape)
        out.number(flags)
        out.number(location | sum(8 << i for i, text in enumerate(texts) if text))
        for text in texts:
            if text:
                out.number(text)

    def write_shape(self, out, shape):
        kind, flags, limits, pattern, enum, payload, members = shape
        out.number(kind | flags << 4)
        extras = [limits[0] is not None, limits[1] is not None, pattern, enum, payload]
        out.number(sum(1 << i for i, extra in enumerate(extras) if extra))
        for limit in limits:
            if limit is not None:
                out.signed(limit)
        for value in (pattern, enum, payload):
            if value:
                out.number(value)
        out.number(len(members))
        for member in members:
            self.write_member(out, member)

    def write_operation(self, out, operation):
        name, method, uri, status, flags, wrapper, paging, errors, sides = operation
        for value in (name, method, uri, status, flags, wrapper, *paging):
            out.number(value)
        out.number(len(errors))
        for error in errors:
            out.number(error)
        for side in sides:
            out.number(0 if side is None else 1)
            if side is not None:
                self.write_member(out, side)
