#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What S3's clients put on the wire: s3_wire_client.py with Debian's boto3, and with the newest that a pyenv has. Between
them and the server stands a proxy that speaks TLS, since over HTTPS botocore streams its bodies with trailers."""
import glob
import os
import socket
import ssl
import subprocess
import threading

from harness import Server, check, main, say

PORT, HTTPS_PORT = 4621, 4622
CLIENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "s3_wire_client.py")


class TlsProxy:
    """Passes bytes on, and keeps the heads that it saw."""
    def __init__(self, folder):
        self.certificate = folder + "/certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                        "-keyout", folder + "/key.pem", "-out", self.certificate], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, folder + "/key.pem")
        self.listener = context.wrap_socket(socket.create_server(("127.0.0.1", HTTPS_PORT)), server_side=True)
        self.seen = b""
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except ssl.SSLError:
                continue
            server = socket.create_connection(("127.0.0.1", PORT))
            for pair in (client, server, True), (server, client, False):
                threading.Thread(target=self.pump, args=pair, daemon=True).start()

    def pump(self, source, target, keep):
        try:
            while piece := source.recv(65536):
                if keep and b"HTTP/1.1\r\n" in piece:
                    self.seen += piece.split(b"\r\n\r\n")[0].lower()
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def pythons():
    yield "/usr/bin/python3"
    for python in sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/python3"))):
        if subprocess.run([python, "-c", "import boto3"], capture_output=True).returncode == 0:
            yield python


def scenario(binary):
    with Server(binary, port=PORT) as server:
        proxy = TlsProxy(server.parent.name)
        for python in pythons():
            proxy.seen = b""
            done = subprocess.run([python, "-B", CLIENT, str(PORT), *server.root_key(), str(HTTPS_PORT), proxy.certificate],
                                  capture_output=True, text=True, timeout=300)
            check(done.returncode == 0, f"{python}: {done.stdout}{done.stderr}")
            for word in b"streaming-unsigned-payload-trailer", b"transfer-encoding: chunked", b"x-amz-trailer: x-amz-checksum-sha1":
                check(word in proxy.seen, f"the client was to send {word.decode()}")
            say(done.stdout.strip())


main(scenario)
