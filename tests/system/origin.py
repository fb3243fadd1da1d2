"""An HTTP origin on loopback whose answers a test decides."""
import hashlib
import http.server
import threading


class Origin:
    """`answers[path]` is a function of the request handler, or text for a 200
    with an ETag that is honoured. `asked` keeps (path, headers, status), `sent`
    (path, body) of each POST."""

    def __init__(self):
        self.answers = {}
        self.asked = []
        self.sent = []
        self.released = threading.Event()
        origin = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                answer = origin.answers.get(self.path, plain_404)
                try:
                    if callable(answer):
                        status = answer(self)
                    else:
                        status = send_tagged(self, answer)
                except OSError:
                    status = 0
                origin.asked.append((self.path, self.headers, status))

            def do_POST(self):
                length = int(self.headers.get("content-length", 0))
                origin.sent.append((self.path, self.rfile.read(length)))
                self.do_GET()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # a client that has seen enough

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,),
                         daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def statuses(self, path):
        return [status for asked, _, status in list(self.asked)
                if asked == path]

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


def send(handler, status, body=b"", **headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
    return status


def plain_404(handler):
    return send(handler, 404)


def send_tagged(handler, text):
    tag = '"%s"' % hashlib.sha256(text.encode()).hexdigest()[:16]
    if handler.headers.get("if-none-match") == tag:
        return send(handler, 304, etag=tag)
    return send(handler, 200, text.encode(), etag=tag, content_type="text/csv")
