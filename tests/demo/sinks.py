"""Receivers on loopback: a webhook that checks the signature, and a mailbox.

Both run in threads of the caller and keep what they got, in order.
"""
import base64
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import socketserver
import threading


def signature(secret, message_id, timestamp, body):
    """Standard Webhooks: v1,base64(HMAC-SHA256(id.timestamp.body))."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(
        hmac.new(key, signed, hashlib.sha256).digest()).decode()


class Webhook:
    """An HTTP receiver; `got` holds (message id, verified, CloudEvent) of what
    it took. While `refusing` is a status, it answers that and takes nothing."""

    def __init__(self, secret, on_message=None, port=0):
        self.got = []
        self.refused = []
        self.refusing = None
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                message_id = self.headers["webhook-id"]
                good = hmac.compare_digest(
                    self.headers["webhook-signature"] or "",
                    signature(secret, message_id,
                              self.headers["webhook-timestamp"], body))
                taken = sink.refusing is None
                (sink.got if taken else sink.refused).append(
                    (message_id, good, json.loads(body)))
                self.send_response((204 if good else 401) if taken
                                   else sink.refusing)
                self.send_header("content-length", "0")
                self.end_headers()
                if on_message:
                    on_message()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # a sender that was killed

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,),
                         daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Mailbox:
    """An SMTP receiver that takes every mail; `got` holds the messages."""

    def __init__(self, on_message=None, port=0):
        self.got = []
        sink = self

        class Handler(socketserver.StreamRequestHandler):
            def answer(self, line):
                self.wfile.write(line.encode() + b"\r\n")

            def handle(self):
                self.answer("220 mailbox ready")
                while True:
                    line = self.rfile.readline(2000)
                    if not line:
                        return
                    verb = line.split(b":")[0].split()[0].upper() \
                        if line.strip() else b""
                    if verb == b"DATA":
                        self.answer("354 go on")
                        self.take()
                    elif verb == b"QUIT":
                        self.answer("221 bye")
                        return
                    else:
                        self.answer("250 mailbox")

            def take(self):
                lines = []
                for line in self.rfile:
                    if line == b".\r\n":
                        break
                    lines.append(line[1:] if line.startswith(b".") else line)
                sink.got.append(email.message_from_bytes(
                    b"".join(lines), policy=email.policy.default))
                self.answer("250 taken")
                if on_message:
                    on_message()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,),
                         daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
