"""Counts the bytes of exchanges that differ, cut at the borders of what a request lists."""

import hashlib
import json

LISTS = ("system", "tools", "messages")


def cuts(text):
    """The places before and after every element of the lists of a request body."""
    decoder = json.JSONDecoder()
    found = []
    position = 1
    while text[position] != "}":
        key, position = decoder.raw_decode(text, _token(text, position))
        position = _token(text, position)
        if key in LISTS and text[position] == "[":
            position = _token(text, position + 1)
            while text[position] != "]":
                _, end = decoder.raw_decode(text, position)
                found += [position, end]
                position = _token(text, end)
            position += 1
        else:
            _, position = decoder.raw_decode(text, position)
        while text[position].isspace():
            position += 1
    return found


def _token(text, position):
    """Where the next token begins, behind space, commas and colons."""
    while text[position] in " \t\r\n,:":
        position += 1
    return position


def unique_bytes(exchanges):
    """The bytes of all parts that differ; an answer is one part, as it came."""
    seen = {}
    for exchange in exchanges:
        text = exchange.body.decode()
        borders = [0] + cuts(text) + [len(text)]
        parts = [text[begin:end].encode() for begin, end in zip(borders, borders[1:])]
        for part in parts + [exchange.answer]:
            seen[hashlib.sha256(part).digest()] = len(part)
    return sum(seen.values())
