"""Frames between the daemon and its workers, and a worker to speak to.

A frame is its length (u32) and fields, each a tag (u8), a length (u32) and
bytes; all big-endian. The tags are those of src/worker/protocol.h, by name.
"""
import os
import re
import socket
import struct
import subprocess

SOURCE = os.environ.get("SRCDIR") or os.path.join(
    os.path.dirname(__file__), "..", "..")


def read_tags():
    """The enums of the protocol: {"EXTRACT_FORMAT": 1, …}."""
    with open(os.path.join(SOURCE, "src/worker/protocol.h"),
              encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    tags = {}
    for body in re.findall(r"enum \w+ \{(.*?)\}", text, re.S):
        value = 0
        for item in filter(None, (i.strip() for i in body.split(","))):
            name, _, given = (part.strip() for part in item.partition("="))
            value = int(given) if given else value + 1
            tags[name] = value
    return tags


TAGS = read_tags()


def encode_value(value):
    if isinstance(value, bool):
        return b""
    if isinstance(value, int):
        return struct.pack(">q", value)
    return value.encode() if isinstance(value, str) else value


def payload(fields):
    """[("EXTRACT_FORMAT", "csv"), …]: an int becomes eight bytes, True none."""
    parts = []
    for name, value in fields:
        data = encode_value(value)
        parts.append(struct.pack(">BI", TAGS[name], len(data)) + data)
    return b"".join(parts)


def frame(fields):
    data = payload(fields)
    return struct.pack(">I", len(data)) + data


def fields_of(data, prefix):
    """[(name, bytes), …] of an answer; names begin with prefix."""
    names = {tag: name for name, tag in TAGS.items()
             if name.startswith(prefix) and tag >= 64}
    found = []
    start = 0
    while start < len(data):
        tag, length = struct.unpack_from(">BI", data, start)
        start += 5 + length
        assert start <= len(data), "a field is longer than its frame"
        found.append((names[tag], data[start - length:start]))
    return found


class Gone(Exception):
    """The worker hung up instead of answering."""


class Worker:
    """A worker process on a socketpair, as the daemon starts it."""

    def __init__(self, role, *options):
        self.socket, other = socket.socketpair()
        self.socket.settimeout(30)
        environment = {"HOME": "/nonexistent"}
        if "ASAN_OPTIONS" in os.environ:
            environment["ASAN_OPTIONS"] = "detect_leaks=0"
        with other:
            self.process = subprocess.Popen(
                [os.environ["PLEDGED_WORKER"], role, *options], stdin=other,
                stdout=other, stderr=subprocess.PIPE, env=environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()

    def receive(self, length):
        data = bytearray()
        while len(data) < length:
            try:
                piece = self.socket.recv(length - len(data))
            except ConnectionResetError:
                piece = b""
            if not piece:
                raise Gone
            data += piece
        return bytes(data)

    def send(self, data):
        self.socket.sendall(data)

    def ask_raw(self, data):
        """The payload of the answer."""
        try:
            self.send(data)
        except (BrokenPipeError, ConnectionResetError):
            raise Gone from None
        length, = struct.unpack(">I", self.receive(4))
        return self.receive(length)

    def ask(self, fields):
        prefix = fields[0][0].split("_")[0]
        return fields_of(self.ask_raw(frame(fields)), prefix)

    def status(self):
        """Exit status once it has ended, negative: a signal."""
        return self.process.wait(30)

    def last_words(self):
        """Standard error of one that has ended."""
        return self.process.stderr.read().decode()
