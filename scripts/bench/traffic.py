"""Sends known exchanges through the proxy, with a mock upstream behind it; everything is on 127.0.0.1."""

import dataclasses
import http.client
import http.server
import os
import random
import re
import signal
import subprocess
import threading
import time

READY = re.compile(r"listening on http://127\.0\.0\.1:(\d+)")


@dataclasses.dataclass
class Exchange:
    """A request, and the answer that the mock upstream gives to it."""

    method: str
    path: str
    headers: list
    body: bytes
    status: int
    answer_headers: list
    # What goes out in one write each, and over how many seconds that is spread.
    parts: list
    spread: float
    # When it began and how long it took, in seconds, for the HAR.
    started: float
    duration: float

    @property
    def answer(self):
        return b"".join(self.parts)

    def header(self, name):
        """The first value of a header of the answer, or an empty text."""
        return next((value for key, value in self.answer_headers if key.lower() == name), "")


class MockUpstream:
    """Answers requests with the answers of a list of exchanges, in order, and keeps the bodies that arrived."""

    def __init__(self, exchanges):
        self.bodies = []
        self._exchanges = iter(exchanges)
        self._random = random.Random(1)
        upstream = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                upstream.bodies.append(self.rfile.read(int(self.headers["content-length"])))
                upstream._answer(self.wfile)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def _answer(self, out):
        exchange = next(self._exchanges)
        head = [f"HTTP/1.1 {exchange.status} {http.client.responses.get(exchange.status, '')}"]
        head += [f"{name}: {value}" for name, value in exchange.answer_headers]
        out.write("\r\n".join(head + ["", ""]).encode("latin-1"))
        # Uneven, as events of a model are; the pace is part of what is recorded.
        pauses = [self._random.expovariate(1) for _ in exchange.parts]
        for part, pause in zip(exchange.parts, pauses):
            out.write(b"%x\r\n%s\r\n" % (len(part), part))
            time.sleep(exchange.spread * pause / sum(pauses))
        out.write(b"0\r\n\r\n")

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Proxy:
    """A running `proxy serve`; ended by its pid."""

    def __init__(self, program, home, port, log):
        environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "HOST", "PORT")}
        self.log = log
        with open(log, "wb") as file:
            # A file .env of the working directory would be read: there is none where the log lies.
            self._process = subprocess.Popen(
                [program, "serve", "--port", "0", "--home", home, "--upstream", f"http://127.0.0.1:{port}"]
                + ["--seal-idle", "3s", "--log-level", "warning"],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                cwd=os.path.dirname(log),
                env=environment,
            )
        try:
            self.port = int(self.wait(self._ready, 30, "proxy serve does not listen")[1])
        except BaseException:
            self.close()
            raise

    def _ready(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return READY.search(file.read())

    def wait(self, condition, seconds, failure):
        """Asks until the condition has a value, and returns that."""
        end = time.monotonic() + seconds
        while not (value := condition()):
            if self._process.poll() is not None or time.monotonic() > end:
                with open(self.log, encoding="utf-8", errors="replace") as file:
                    raise SystemExit(f"sizes: {failure}\n{file.read()}")
            time.sleep(0.05)
        return value

    def close(self):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(40)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def send(port, exchanges):
    """Sends the requests one after another, and checks every byte of the answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for number, exchange in enumerate(exchanges, 1):
        connection.putrequest(exchange.method, exchange.path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("host", f"127.0.0.1:{port}")
        for name, value in exchange.headers:
            connection.putheader(name, value)
        connection.putheader("content-length", str(len(exchange.body)))
        connection.endheaders(exchange.body)
        response = connection.getresponse()
        body = response.read()
        if response.status != exchange.status or body != exchange.answer:
            raise SystemExit(f"sizes: answer {number} came as {response.status}, {len(body)} bytes, not as it was sent")
    connection.close()
