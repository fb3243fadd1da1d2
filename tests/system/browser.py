"""Chromium without a window, driven over its DevTools pipe: pages as people and
screen readers have them. Only the standard library.
"""
import base64
import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

PATIENCE = 30
PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """One browser with a profile of its own, and its one page."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(
            prefix="chromium-", ignore_cleanup_errors=True)
        to_browser, self.ours_out = os.pipe()
        self.ours_in, from_browser = os.pipe()

        def descriptors():      # it reads at 3 and writes at 4
            os.dup2(to_browser, 103)
            os.dup2(from_browser, 104)
            os.dup2(103, 3)
            os.dup2(104, 4)

        self.process = subprocess.Popen(
            [PROGRAM, "--headless=new", "--no-sandbox", "--disable-gpu",
             "--no-first-run", "--disable-extensions", "--hide-scrollbars",
             "--disable-background-networking", "--disable-component-update",
             "--disable-dev-shm-usage", "--disable-sync", "--no-proxy-server",
             "--force-color-profile=srgb", "--force-device-scale-factor=1",
             "--lang=en", "--remote-debugging-pipe",
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
             f"--user-data-dir={self.folder.name}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, preexec_fn=descriptors,
            pass_fds=(3, 4), start_new_session=True)
        os.close(to_browser)
        os.close(from_browser)
        self.numbers = itertools.count(1)
        self.answers, self.events = {}, []
        self.news = threading.Condition()
        self.gone = False
        threading.Thread(target=self.listen, daemon=True).start()
        self.session = None
        target = self.do("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.do("Target.attachToTarget", targetId=target,
                               flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.do(f"{domain}.enable")

    def close(self):
        self.session = None
        self.do("Browser.close")
        try:
            self.process.wait(timeout=PATIENCE)
        finally:        # and what it has started, which is of its session
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        for end in (self.ours_out, self.ours_in):
            os.close(end)
        self.folder.cleanup()

    # messages end in a NUL

    def listen(self):
        rest = b""
        while True:
            try:
                got = os.read(self.ours_in, 1 << 20)
            except OSError:
                got = b""
            with self.news:
                if not got:
                    self.gone = True
                    self.news.notify_all()
                    return
                *whole, rest = (rest + got).split(b"\0")
                for message in map(json.loads, whole):
                    if "id" in message:
                        self.answers[message["id"]] = message
                    else:
                        self.events.append(message)
                self.news.notify_all()

    def wait(self, what, why):
        end = time.monotonic() + PATIENCE
        with self.news:
            while True:
                found = what()
                if found is not None:
                    return found
                assert not self.gone, "the browser has ended"
                assert time.monotonic() < end, why
                self.news.wait(0.5)

    def do(self, method, **parameters):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.ours_out, data):]
        answer = self.wait(lambda: self.answers.pop(number, None),
                           f"no answer to {method}")
        assert "error" not in answer, (method, answer)
        return answer["result"]

    # pages

    def look(self, width=1280, height=900, dark=False, paper=False, phone=False):
        self.do("Emulation.setDeviceMetricsOverride", width=width, height=height,
                deviceScaleFactor=2 if phone else 1, mobile=phone)
        self.do("Emulation.setEmulatedMedia", media="print" if paper else "screen",
                features=[{"name": "prefers-color-scheme",
                           "value": "dark" if dark else "light"}])

    def script(self, allowed):
        self.do("Emulation.setScriptExecutionDisabled", value=not allowed)

    def open(self, url):
        """Goes there and waits until it has loaded; the HTTP status."""
        with self.news:
            self.events.clear()
        loader = self.do("Page.navigate", url=url).get("loaderId")

        def loaded():
            return next((True for event in self.events
                         if event["method"] == "Page.loadEventFired"), None)

        self.wait(loaded, f"{url} does not load")
        return next((event["params"]["response"]["status"] for event in self.events
                     if event["method"] == "Network.responseReceived"
                     and event["params"]["loaderId"] == loader
                     and event["params"]["type"] == "Document"), None)

    def complaints(self):
        """What the console was told, and what the policy forbade."""
        with self.news:
            events = list(self.events)
        return ([event["params"]["entry"]["text"] for event in events
                 if event["method"] == "Log.entryAdded"]
                + [str(event["params"]) for event in events
                   if event["method"] == "Runtime.exceptionThrown"])

    def asked(self):
        """URLs that the page has asked for."""
        with self.news:
            return [event["params"]["request"]["url"] for event in self.events
                    if event["method"] == "Network.requestWillBeSent"]

    def run(self, expression):
        """The value of an expression in the page."""
        answer = self.do("Runtime.evaluate", expression=expression,
                         returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, expression, why=""):
        end = time.monotonic() + PATIENCE
        while not self.run(expression):
            assert time.monotonic() < end, why or expression
            time.sleep(0.05)

    def press(self, key, code=None):
        codes = {"Tab": 9, "Enter": 13}
        for kind in ("keyDown", "keyUp"):
            self.do("Input.dispatchKeyEvent", type=kind, key=key,
                    code=code or key, windowsVirtualKeyCode=codes[key],
                    **({"text": "\r"} if key == "Enter" and kind == "keyDown"
                       else {}))

    def picture(self, path):
        """The whole page as a PNG file."""
        size = self.do("Page.getLayoutMetrics")["cssContentSize"]
        data = self.do("Page.captureScreenshot", captureBeyondViewport=True,
                       clip={"x": 0, "y": 0, "width": size["width"],
                             "height": min(size["height"], 8000), "scale": 1})
        with open(path, "wb") as file:
            file.write(base64.b64decode(data["data"]))

    def tree(self):
        """What a screen reader is told: [(role, name)] in its order."""
        nodes = self.do("Accessibility.getFullAXTree")["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", ""))
                for node in nodes if not node.get("ignored")]
