"""An HTTP receiver that keeps what it is sent, bytes and headers, and answers
what the test says."""
import http.server
import json
import threading


class Got:
    def __init__(self, method, path, headers, body):
        self.method, self.path = method, path
        self.headers, self.body = headers, body

    @property
    def json(self):
        return json.loads(self.body)


class Receiver:
    """`answers` are used up in order, each (status, headers, body); then all
    is well: 200."""

    def __init__(self):
        self.got = []
        self.answers = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def take(self):
                length = int(self.headers["content-length"] or 0)
                receiver.got.append(Got(self.command, self.path, self.headers,
                                        self.rfile.read(length)))
                status, headers, body = (receiver.answers.pop(0)
                                         if receiver.answers
                                         else (200, {}, b"ok"))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET = take

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,),
                         daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
