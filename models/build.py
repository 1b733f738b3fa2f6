#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the API models of the services in services.txt into one file of compressed tables.

  build.py --sdk DIR --botocore DIR --out FILE

FILE: "TOCSINM1", number of services (u32), then for each: length (u8) and text of its id and of its target prefix, offset
in FILE, compressed size and size (u32, little endian), then the tables (tables.py), each deflated (zlib) by itself so
that one is opened when first used.
"""
import argparse
import struct
import zlib
from pathlib import Path
from types import SimpleNamespace

import sources
import tables

HERE = Path(__file__).resolve().parent


def services():
    for line in (HERE / "services.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield SimpleNamespace(**dict(zip(("id", "model", "client", "botocore"), line.split())))


def table(service, sdk, botocore):
    model = sources.read_model(service, sdk / "apis", HERE / "overlay")
    if model is None:
        raise SystemExit(f"models: aws-sdk has no {service.model}: run ./dev deps")
    declarations = sources.read_declarations(service, sdk / "clients")
    raw = tables.Table(service, model, declarations, sources.read_botocore(service, botocore)).write()
    return (service.id, model["metadata"].get("targetPrefix", "")), raw


def short_text(text):
    return struct.pack("<B", len(text)) + text.encode()


def pack(named):
    head = 12 + sum(len(b"".join(map(short_text, names))) + 12 for names, _ in named)
    index, body = b"", b""
    for names, raw in named:
        packed = zlib.compress(raw, 9)
        index += b"".join(map(short_text, names)) + struct.pack("<III", head + len(body), len(packed), len(raw))
        body += packed
    return b"TOCSINM1" + struct.pack("<I", len(named)) + index + body


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sdk", type=Path, required=True)
    parser.add_argument("--botocore", default="")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    if not (options.sdk / "apis").is_dir():
        raise SystemExit(f"models: {options.sdk} is missing: run ./dev deps")
    named = sorted(table(service, options.sdk, options.botocore) for service in services())
    options.out.write_bytes(pack(named))


if __name__ == "__main__":
    main()
