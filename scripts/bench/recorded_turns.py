"""Reads recorded turns: exchanges with a real client, kept outside this repository.

A directory has a folder for each turn, in the order of their names, with three files:

- request.json: `method`, `url`, `headers` as pairs, `body_b64`
- response.sse: the body of the answer as it came, its content coding included
- meta.json: `status`, `response_headers` as pairs, `duration_ms`, and the instants `ts_request`,
  `ts_response_headers`, `ts_complete`
"""

import base64
import datetime
import json
import os
import urllib.parse
import zlib

from traffic import Exchange

# The recorder's own, and what belongs to a connection.
FOREIGN = ("x-paper-", "x-tapes-", "content-length", "host", "connection")
# What ends a part of a deflate stream that was flushed, as a server does it after an event.
FLUSH = b"\x00\x00\xff\xff"


def read(directory, speed, plain=False):
    """The exchanges of a directory; answers are paced `speed` times faster than they came.

    With `plain` the answers come without their content coding, as from a server that does not compress.
    """
    turns = [os.path.join(directory, name) for name in sorted(os.listdir(directory))]
    return [_turn(turn, speed, plain) for turn in turns if os.path.exists(os.path.join(turn, "request.json"))]


def _turn(folder, speed, plain):
    with open(os.path.join(folder, "request.json"), encoding="utf-8") as file:
        request = json.load(file)
    with open(os.path.join(folder, "meta.json"), encoding="utf-8") as file:
        meta = json.load(file)
    with open(os.path.join(folder, "response.sse"), "rb") as file:
        answer = file.read()
    url = urllib.parse.urlsplit(request["url"])
    path = url.path[url.path.index("/v1/"):] + (f"?{url.query}" if url.query else "")
    headers = [pair for pair in request["headers"] if not pair[0].lower().startswith(FOREIGN)]
    is_gzip = meta.get("content_encoding") == "gzip"
    if is_gzip and plain:
        answer = zlib.decompressobj(wbits=31).decompress(answer)
    separator = FLUSH if is_gzip and not plain else b"\n\n"
    parts = [part + separator for part in answer.split(separator)]
    parts[-1] = parts[-1][: -len(separator)]
    answered, completed = _instant(meta["ts_response_headers"]), _instant(meta["ts_complete"])
    dropped = ("content-length", "connection") + (("content-encoding",) if plain else ())
    answer_headers = [pair for pair in meta["response_headers"] if pair[0].lower() not in dropped]
    if not any(name.lower() == "transfer-encoding" for name, _ in answer_headers):
        answer_headers.append(["transfer-encoding", "chunked"])
    return Exchange(
        method=request["method"],
        path=path,
        headers=headers,
        body=base64.b64decode(request["body_b64"]),
        status=meta["status"],
        answer_headers=answer_headers,
        parts=[part for part in parts if part],
        spread=(completed - answered) / speed,
        started=_instant(meta["ts_request"]),
        duration=meta["duration_ms"] / 1000,
    )


def _instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
