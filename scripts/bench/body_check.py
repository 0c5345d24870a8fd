"""Compares bodies that came back out of a bundle with those that were sent."""

import os
import re

from programs import run

PLACEHOLDER = re.compile(rb"\*\*\*(?:masked:[a-z0-9_-]+|email):[0-9a-f]{8}\*\*\*")


class BodyCheck:
    """Counts bodies that are equal, and those that are equal but for placeholders of masked values."""

    def __init__(self):
        self.equal = 0
        self.masked = 0
        self.placeholders = 0
        self.wrong = []

    def bundle(self, inspector, bundle, exchanges, folder):
        """Checks every request and answer of a bundle, which holds these exchanges in this order."""
        run(inspector, "unpack", bundle, "--output", folder)
        names = [name for name in os.listdir(folder) if re.fullmatch(r"x\d+", name)]
        names.sort(key=lambda name: int(name[1:]))
        if len(names) != len(exchanges):
            raise SystemExit(f"sizes: {len(exchanges)} exchanges were sent, {len(names)} are in the bundle")
        for name, exchange in zip(names, exchanges):
            self._add(f"{name} request", exchange.body, _unpacked(folder, name, "request"))
            if exchange.header("content-encoding"):
                # Unpacked answers have no content coding.
                answer = run(inspector, "show", name, bundle, "--body", "response")
            else:
                answer = _unpacked(folder, name, "response")
            self._add(f"{name} response", exchange.answer, answer)

    def _add(self, name, sent, recorded):
        if sent == recorded:
            self.equal += 1
        elif equal_but_masked(sent, recorded):
            self.masked += 1
            self.placeholders += len(PLACEHOLDER.findall(recorded))
        else:
            self.wrong.append(name)

    def __str__(self):
        text = f"{self.equal} of {self.equal + self.masked + len(self.wrong)} bodies came back byte for byte"
        if self.masked:
            text += f", {self.masked} more but for {self.placeholders} values that were masked"
        if self.wrong:
            text += f", **{len(self.wrong)} not**"
        return text


def equal_but_masked(sent, recorded):
    """Whether the recorded bytes are those that were sent with placeholders for some short parts."""
    literals = PLACEHOLDER.split(recorded)
    if len(literals) == 1 or not sent.startswith(literals[0]) or not sent.endswith(literals[-1]):
        return False
    position, end = len(literals[0]), len(sent) - len(literals[-1])
    for literal in literals[1:-1]:
        found = sent.find(literal, position + 1, end)
        if found < 0 or found > position + 4096:
            return False
        position = found + len(literal)
    return position < end <= position + 4096


def _unpacked(folder, name, part):
    for file_name in os.listdir(os.path.join(folder, name)):
        if file_name.split(".")[0] == part:
            with open(os.path.join(folder, name, file_name), "rb") as file:
                return file.read()
    return b""
