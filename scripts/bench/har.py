"""Writes exchanges as HAR 1.2, as browsers and proxies save them: bodies as text, answers without content coding."""

import datetime
import gzip
import io
import json
import urllib.parse
import zlib


def plain(exchange):
    """The body of the answer without its content coding."""
    return zlib.decompress(exchange.answer, 47) if exchange.header("content-encoding") == "gzip" else exchange.answer


def gzipped_size(exchanges):
    """The length of the HAR of these exchanges after gzip with its default level."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6, mtime=0) as file:
        file.write(b'{"log":{"version":"1.2","creator":{"name":"har","version":"1"},"entries":[')
        for number, exchange in enumerate(exchanges):
            file.write(b"," if number else b"")
            file.write(json.dumps(_entry(exchange), ensure_ascii=False, separators=(",", ":")).encode())
        file.write(b"]}}")
    return len(out.getvalue())


def _pairs(headers):
    return [{"name": name, "value": value} for name, value in headers]


def _entry(exchange):
    started = datetime.datetime.fromtimestamp(exchange.started, datetime.timezone.utc)
    content = plain(exchange)
    query = urllib.parse.parse_qsl(urllib.parse.urlsplit(exchange.path).query)
    milliseconds = round(exchange.duration * 1000, 3)
    return {
        "startedDateTime": started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "time": milliseconds,
        "request": {
            "method": exchange.method,
            "url": f"https://api.anthropic.com{exchange.path}",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(exchange.headers),
            "queryString": _pairs(query),
            "postData": {"mimeType": "application/json", "text": exchange.body.decode()},
            "headersSize": -1,
            "bodySize": len(exchange.body),
        },
        "response": {
            "status": exchange.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(exchange.answer_headers),
            "content": {
                "size": len(content),
                "mimeType": exchange.header("content-type"),
                "text": content.decode(),
            },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(exchange.answer),
        },
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
    }
