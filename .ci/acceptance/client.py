#!/usr/bin/env python3
"""A till that shares no code with the switch: pyiso8583, default_ascii, frames of two bytes of length.

Sends one sale with subsidy tags in field 48 and, when asked, the reversal of it. With --quote it asks for the price first
(0100, 380000) and pays the net amount with a chip that signed it, naming the quote; --withdraw takes the quote back before
that. Prints what came back as JSON, one object a line, card numbers masked. Exit 0 when everything is as expected, 1 when
not, 64 on bad usage.

Example, a refrigerator of grade 1 at 2999.00 that is to get 20 % off, and its reversal:
  python3 client.py 127.0.0.1:8583 --gtin 6901234567892 --price 299900 --expect-discount 59980 --reverse
"""

import argparse
import json
import socket
import sys
from datetime import datetime

import iso8583
from iso8583.specs import default_ascii

SENSITIVE = {"2", "14", "34", "35", "36", "45", "52", "55"}


class Unexpected(Exception):
    """The other side did not answer as expected."""


def arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.error = lambda message: (parser.print_usage(sys.stderr), print(message, file=sys.stderr), sys.exit(64))
    parser.add_argument("address", help="HOST:PORT of the switch")
    parser.add_argument("--gtin", required=True, help="product, tag 01")
    parser.add_argument("--price", required=True, type=int, help="unit price in minor units, tag 03 and field 4")
    parser.add_argument("--card", default="6222021234567890")
    parser.add_argument("--stan", type=int, default=4711)
    parser.add_argument("--terminal", default="TERM0001")
    parser.add_argument("--merchant", default="MERCHANT0000001")
    parser.add_argument("--acquirer", default="48025840", help="field 32")
    parser.add_argument("--time", help="local time MMDDhhmmss for field 7; the clock's by default")
    parser.add_argument("--timeout", type=float, default=20.0, help="seconds to wait for an answer")
    parser.add_argument("--expect-result", default="00", help="field 39 of the answer to the sale")
    parser.add_argument("--expect-decision", help="tag 82 of the answer to the sale")
    parser.add_argument("--expect-discount", type=int, help="tag 81 in minor units; field 4 must be the net amount")
    parser.add_argument("--reverse", action="store_true", help="reverse the sale with field 90, expect 00")
    parser.add_argument("--quote", action="store_true", help="ask for the price first, with the trace number after the sale's")
    parser.add_argument("--withdraw", action="store_true", help="with --quote: reverse the quote before the sale, expect 00")
    given = parser.parse_args(argv)
    if given.withdraw and not given.quote:
        parser.error("--withdraw: expected --quote too")
    host, _, port = given.address.rpartition(":")
    if not host or not port.isdecimal():
        parser.error("address: expected HOST:PORT")
    given.address = (host, int(port))
    return given


def tags_written(pairs):
    return "".join(f"{tag}{len(value.encode('ascii')):03d}{value}" for tag, value in pairs)


def tags_read(run):
    tags, at = {}, 0
    while at < len(run):
        tag, length = run[at : at + 2], run[at + 2 : at + 5]
        if len(tag) != 2 or len(length) != 3 or not length.isdecimal() or at + 5 + int(length) > len(run):
            raise Unexpected(f"field 48 is no run of tags at offset {at}")
        tags.setdefault(tag, run[at + 5 : at + 5 + int(length)])
        at += 5 + int(length)
    return tags


def sale(given):
    time = given.time or datetime.now().strftime("%m%d%H%M%S")
    return {
        "t": "0200",
        "2": given.card,
        "3": "000000",
        "4": f"{given.price:012d}",
        "7": time,
        "11": f"{given.stan:06d}",
        "12": time[4:],
        "13": time[:4],
        "22": "012",
        "25": "00",
        "32": given.acquirer,
        "41": f"{given.terminal:<8}",
        "42": f"{given.merchant:<15}",
        "48": tags_written([("01", given.gtin), ("02", "1"), ("03", str(given.price))]),
        "49": "156",
    }


def quote(given):
    return {**sale(given), "t": "0100", "3": "380000", "11": f"{given.stan + 2:06d}"}


def sale_on(given, quoted):
    """The sale at the net amount; the chip (field 55, tag 9F02) signed that amount."""
    amount = quoted["4"]
    tags = tags_written([("84", tags_read(quoted["48"])["84"])])
    return {**sale(given), "4": amount, "48": tags, "55": f"9F0206{amount}9F26081122334455667788"}


def reversal(original, stan):
    kept = {field: original[field] for field in ("2", "3", "4", "7", "12", "13", "22", "25", "32", "41", "42", "49")}
    data = original["t"] + original["11"] + original["7"] + f"{original['32']:>011}" + "0" * 11
    return {**kept, "t": "0400", "11": f"{stan:06d}", "90": data}


def exactly(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise Unexpected("the other side closed the connection")
        data += piece
    return data


def ask(connection, request):
    raw, _ = iso8583.encode(dict(request), default_ascii)
    connection.sendall(len(raw).to_bytes(2, "big") + raw)
    while True:
        length = int.from_bytes(exactly(connection, 2), "big")
        if length == 0:
            continue  # keep-alive
        answer, _ = iso8583.decode(exactly(connection, length), default_ascii)
        if answer.get("11") == request["11"]:
            show(answer)
            return answer


def show(answer):
    fields = {key: value for key, value in answer.items() if key == "t" or (key.isdecimal() and key != "1")}
    for field in SENSITIVE & fields.keys():
        value = fields[field]
        fields[field] = f"{value[:6]}{'*' * (len(value) - 10)}{value[-4:]}" if field == "2" else "*"
    print(json.dumps(fields), flush=True)


def check(what, got, expected):
    if got != expected:
        raise Unexpected(f"{what}: expected {expected!r}, got {got!r}")


def run(given):
    with socket.create_connection(given.address, timeout=given.timeout) as connection:
        request = sale(given)
        if given.quote:
            asked = quote(given)
            answer = ask(connection, asked)
            check("message type", answer["t"], "0110")
            check("field 39", answer.get("39"), "00")
            seconds = tags_read(answer.get("48", "")).get("87", "")
            if not seconds.isdecimal() or int(seconds) == 0:
                raise Unexpected(f"tag 87: expected seconds, got {seconds!r}")
            again = ask(connection, asked)
            check("the same request's answer", again, answer)
            request = sale_on(given, answer)
            if given.withdraw:
                answer = ask(connection, reversal(asked, given.stan + 3))
                check("message type", answer["t"], "0410")
                check("field 39", answer.get("39"), "00")
        answer = ask(connection, request)
        check("message type", answer["t"], "0210")
        check("field 39", answer.get("39"), given.expect_result)
        tags = tags_read(answer.get("48", ""))
        if given.expect_decision is not None:
            check("tag 82", tags.get("82"), given.expect_decision)
        if given.expect_discount is not None:
            check("tag 81", tags.get("81"), str(given.expect_discount))
            check("field 4", answer.get("4"), f"{given.price - given.expect_discount:012d}")
        if given.reverse:
            answer = ask(connection, reversal(request, given.stan + 1))
            check("message type", answer["t"], "0410")
            check("field 39", answer.get("39"), "00")


def main(argv):
    given = arguments(argv)
    try:
        run(given)
    except (Unexpected, OSError, iso8583.DecodeError, iso8583.EncodeError) as error:
        print(f"client: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
