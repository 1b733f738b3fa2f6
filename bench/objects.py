# SPDX-License-Identifier: Apache-2.0
"""S3: 1 GiB put and got beside what the disk itself does, and small puts, each durable when it is answered.
The clients send requests that were signed before; their processor time is not the server's."""
import glob
import hashlib
import hmac
import os
import selectors
import socket
import time

from row import quantile, row
from servers import harness, tocsin

GIB = 1 << 30
PIECE = os.urandom(1 << 20)
CLIENTS, SMALL = 16, 1024
UNSIGNED = "UNSIGNED-PAYLOAD"


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def forget(path):
    """Out of the page cache, so that it is read from the disk."""
    with open(path, "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def disk_write(folder):
    path = f"{folder}/disk"
    started = time.time()
    with open(path, "wb", buffering=0) as file:
        for _ in range(GIB // len(PIECE)):
            file.write(PIECE)
        os.fdatasync(file.fileno())
    return GIB / (time.time() - started) / 1e6


def disk_read(path):
    forget(path)
    started = time.time()
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 20):
            pass
    return os.path.getsize(path) / (time.time() - started) / 1e6


class Signer:
    """Signs as the root; the day's key is made once."""
    def __init__(self, server):
        key, secret = server.root_key()
        self.host = f"127.0.0.1:{server.port}"
        self.scope = f"{time.strftime('%Y%m%d', time.gmtime())}/{harness.REGION}/s3/aws4_request"
        self.credential, self.secret = f"{key}/{self.scope}", b"AWS4" + secret.encode()
        for part in self.scope.split("/"):
            self.secret = hmac.digest(self.secret, part.encode(), "sha256")

    def head(self, method, path, length, payload_hash=UNSIGNED):
        when = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        names = "host;x-amz-content-sha256;x-amz-date"
        canonical = f"{method}\n{path}\n\nhost:{self.host}\nx-amz-content-sha256:{payload_hash}\nx-amz-date:{when}\n\n{names}\n{payload_hash}"
        text = f"AWS4-HMAC-SHA256\n{when}\n{self.scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self.secret, text.encode(), "sha256").hex()
        return (f"{method} {path} HTTP/1.1\r\nhost: {self.host}\r\nx-amz-content-sha256: {payload_hash}\r\nx-amz-date: {when}\r\n"
                f"authorization: AWS4-HMAC-SHA256 Credential={self.credential}, SignedHeaders={names}, Signature={signature}\r\n"
                f"content-length: {length}\r\n\r\n").encode()


def status_of(connection):
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65536)
    top, rest = got.split(b"\r\n\r\n", 1)
    return int(top.split()[1]), rest


def put_big(server, key):
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        started, before = time.time(), cpu_seconds(server.process.pid)
        connection.sendall(Signer(server).head("PUT", f"/big/{key}", GIB))
        for _ in range(GIB // len(PIECE)):
            connection.sendall(PIECE)
        status, _ = status_of(connection)
        assert status == 200, status
        return GIB / (time.time() - started) / 1e6, cpu_seconds(server.process.pid) - before


def get_big(server, key):
    for blob in glob.glob(f"{server.folder}/blobs/??/*"):
        forget(blob)
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        started, before = time.time(), cpu_seconds(server.process.pid)
        connection.sendall(Signer(server).head("GET", f"/big/{key}", 0))
        status, rest = status_of(connection)
        assert status == 200, status
        left, room = GIB - len(rest), bytearray(1 << 20)
        while left > 0:
            left -= connection.recv_into(room)
        return GIB / (time.time() - started) / 1e6, cpu_seconds(server.process.pid) - before


def small_requests(server, count):
    body = os.urandom(SMALL)
    digest = hashlib.sha256(body).hexdigest()
    signer = Signer(server)
    return [signer.head("PUT", f"/small/{i % 97:02}/{i:08}", SMALL, digest) + body for i in range(count)]


def put_small(server, requests):
    """Puts a second, the sorted times of each, and the server's processor time for all."""
    choice, begun, times, waiting = selectors.DefaultSelector(), {}, [], iter(requests)
    connections = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(CLIENTS)]
    started, before = time.time(), cpu_seconds(server.process.pid)

    def send(connection):
        request = next(waiting, None)
        if request is None:
            choice.unregister(connection)
            return
        begun[connection] = time.time()
        connection.sendall(request)
    for connection in connections:
        choice.register(connection, selectors.EVENT_READ)
        send(connection)
    while len(times) < len(requests):
        for ready, _ in choice.select():
            reply = ready.fileobj.recv(65536)
            assert reply.startswith(b"HTTP/1.1 200"), reply
            times.append(time.time() - begun[ready.fileobj])
            send(ready.fileobj)
    took = time.time() - started
    for connection in connections:
        connection.close()
    return len(requests) / took, times, cpu_seconds(server.process.pid) - before


def big_rows(chosen, server):
    disk = max(disk_write(server.folder) for _ in range(2))
    put, put_cpu = max(put_big(server, f"k{i}") for i in range(2))
    read = disk_read(f"{server.folder}/disk")
    os.unlink(f"{server.folder}/disk")
    got, get_cpu = max(get_big(server, f"k{i}") for i in range(2))
    return [row("disk: write and sync 1 GiB", disk, "MB/s"), row("s3 put of 1 GiB", put, "MB/s", at_least=0.8 * disk), row("s3 put of 1 GiB: server CPU", put_cpu, "s"),
            row("disk: read 1 GiB", read, "MB/s"), row("s3 get of 1 GiB", got, "MB/s", at_least=0.8 * read), row("s3 get of 1 GiB: server CPU", get_cpu, "s")]


def run(chosen):
    with tocsin(chosen) as server:
        s3 = server.client("s3")
        for bucket in ("big", "small"):
            s3.create_bucket(Bucket=f"{bucket}")
        rows = big_rows(chosen, server)
        requests = small_requests(server, int(chosen.seconds * 5000))
        rate, times, cpu = put_small(server, requests)
        return rows + [row(f"s3 put of {SMALL} bytes, durable, {CLIENTS} clients", rate, "puts/s", at_least=5000),
                       row("s3 small put: p50", quantile(times, 0.5) * 1e3, "ms"), row("s3 small put: p99", quantile(times, 0.99) * 1e3, "ms"),
                       row("s3 small put: server CPU", cpu / len(requests) * 1e6, "us/put")]
