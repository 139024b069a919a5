#!/usr/bin/env python3
"""Writes malformed.txt: replies that break the protocol or a limit, what is wrong with each, and at which byte.

The expectations come from the rules below, one block per category, never from the scanner's own answers:
  - syntax: the offset is that of the first byte that cannot continue a reply;
  - CR and LF: a lone LF, or a CR without LF, is a wrong terminator at that LF or behind that CR;
  - size: the offset is that of the marker of the element that is too large, or where a streamed aggregate's
    surplus element ended;
  - Partial: nothing is wrong yet, and the number is that of the bytes still needed at least.
Most faults are written at the top of a reply and again inside of others, where their offset moves by what is ahead.

Limits in force: depth 8, bulk 1024, elements 64, frame 4096, line 128, streamed 512.
What repeats is written once, as `\\{count*bytes}`. Run it as `./malformed.py > malformed.txt`.
"""

import re

REPEATS = re.compile(rb"(.{1,140}?)\1{7,}", re.DOTALL)

# Ahead of the fault: every kind of surrounding that a reply can have.
CONTEXTS = [
    b"*2\r\n:1\r\n",
    b"%1\r\n+key\r\n",
    b"*1\r\n~1\r\n",
    b"|1\r\n+key\r\n$5\r\nvalue\r\n",
    b"|1\r\n+key\r\n",
    b">2\r\n+message\r\n",
    b"*?\r\n",
    b"%?\r\n$1\r\nk\r\n",
    b"*3\r\n$?\r\n;2\r\nab\r\n;0\r\n*0\r\n",
]

written = 0


def escape_plain(data):
    names = {13: "\\r", 10: "\\n", 92: "\\\\"}
    return "".join(names.get(byte) or (chr(byte) if 32 < byte < 127 else f"\\x{byte:02x}") for byte in data)


def escape(data):
    out, at = "", 0
    for match in REPEATS.finditer(data):
        unit = match.group(1)
        out += escape_plain(data[at:match.start()])
        out += f"\\{{{len(match.group(0)) // len(unit)}*{escape_plain(unit)}}}"
        at = match.end()
    return out + escape_plain(data[at:])


def line(kind, offset, data):
    print(f"{kind} {offset} {escape(data)}")


def faults(title, rows, contexts=2):
    """Each fault at the top, and behind as many contexts in turn."""
    global written
    print(f"\n# {title}")
    for kind, offset, data in rows:
        line(kind, offset, data)
        # Inside of another frame a push is a fault of its own.
        for _ in range(0 if data.startswith(b">") else contexts):
            context = CONTEXTS[written % len(CONTEXTS)]
            written += 1
            line(kind, offset + len(context), context + data)


print("# Written by malformed.py, which says how to read it: kind, offset, input.")
print("# limits: depth 8, bulk 1024, elements 64, frame 4096, line 128, streamed 512")

faults("no marker of the protocol", [
    ("Marker", 0, byte) for byte in
    [b"a", b" ", b"\r\n", b"\n", b"\0", b"\xff", b"@1\r\n", b"^1\r\n", b"/", b"&", b"0", b"?", b"\x80", b"\""]
])
faults("peers that speak something else", [
    ("Marker", 0, b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    ("Marker", 0, b"\x16\x03\x03\x00\x7a"),
    ("Marker", 0, b"SSH-2.0-OpenSSH_9.2\r\n"),
    ("Marker", 0, b"PONG\r\n"),
    ("Marker", 0, b"\xef\xbb\xbf+OK\r\n"),
    ("Marker", 0, b"\r\n+OK\r\n"),
    ("Marker", 0, b"VALUE key 0 1\r\n"),
], contexts=0)

faults("lengths of bulk strings", [
    ("Length", 1, b"$\r\n"),
    ("Length", 1, b"$a\r\n"),
    ("Length", 2, b"$1a\r\n"),
    ("Length", 1, b"$ 1\r\na\r\n"),
    ("Length", 2, b"$1 \r\na\r\n"),
    ("Length", 1, b"$+1\r\na\r\n"),
    ("Length", 2, b"$-\r\n"),
    ("Length", 2, b"$-0\r\n"),
    ("Length", 2, b"$-2\r\n"),
    ("Length", 3, b"$-10\r\n"),
    ("Length", 2, b"$--1\r\n"),
    ("Length", 2, b"$1-\r\n"),
    ("Length", 2, b"$0x10\r\n"),
    ("Length", 2, b"$1.0\r\n"),
    ("Length", 2, b"$1,000\r\n"),
    ("Length", 1, b"$\xb9\r\n"),
    ("Length", 1, b"$\0\r\n"),
    ("Length", 21, b"$000000000000000000001\r\n"),
    ("Length", 21, b"$111111111111111111111\r\n"),
])
for marker in b"*%~|!=":
    one = bytes([marker])
    faults(f"lengths after {chr(marker)}", [
        ("Length", 1, one + b"\r\n"),
        ("Length", 1, one + b"x\r\n"),
        ("Length", 2, one + b"1x\r\n"),
        ("Length", 1, one + b"+1\r\n"),
        ("Length", 2 if marker == ord("*") else 1, one + (b"-2\r\n" if marker == ord("*") else b"-1\r\n")),
        ("Terminator", 2, one + b"1\n"),
        ("Terminator", 3, one + b"1\rx"),
    ], contexts=1)
faults("lengths after >", [
    ("Length", 1, b">\r\n"),
    ("Length", 1, b">-1\r\n"),
    ("Length", 1, b">x\r\n"),
    ("Terminator", 2, b">1\n"),
], contexts=0)

faults("integers", [
    ("Integer", 1, b":\r\n"),
    ("Integer", 1, b":a\r\n"),
    ("Integer", 2, b":1a\r\n"),
    ("Integer", 1, b": 1\r\n"),
    ("Integer", 2, b":1 \r\n"),
    ("Integer", 2, b":--1\r\n"),
    ("Integer", 2, b":+-1\r\n"),
    ("Integer", 2, b":-\r\n"),
    ("Integer", 2, b":+\r\n"),
    ("Integer", 2, b":1.5\r\n"),
    ("Integer", 2, b":1e5\r\n"),
    ("Integer", 2, b":0x1\r\n"),
    ("Integer", 1, b":?\r\n"),
    ("Integer", 2, b":1-\r\n"),
    ("Integer", 20, b":1234567890123456789x\r\n"),
    ("IntegerRange", 0, b":9223372036854775808\r\n"),
    ("IntegerRange", 0, b":-9223372036854775809\r\n"),
    ("IntegerRange", 0, b":99999999999999999999\r\n"),
    ("IntegerRange", 0, b":18446744073709551616\r\n"),
    ("IntegerRange", 0, b":123456789012345678901\r\n"),
])
faults("doubles", [
    ("Double", 1, b",\r\n"),
    ("Double", 1, b",.5\r\n"),
    ("Double", 3, b",5.\r\n"),
    ("Double", 1, b",a\r\n"),
    ("Double", 3, b",1e\r\n"),
    ("Double", 4, b",1e+\r\n"),
    ("Double", 4, b",1.5.5\r\n"),
    ("Double", 2, b",--1\r\n"),
    ("Double", 2, b",-\r\n"),
    ("Double", 2, b",+inf\r\n"),
    ("Double", 4, b",infinity\r\n"),
    ("Double", 3, b",in\r\n"),
    ("Double", 1, b",INF\r\n"),
    ("Double", 1, b",NaN\r\n"),
    ("Double", 3, b",na\r\n"),
    ("Double", 4, b",nano\r\n"),
    ("Double", 2, b",+nan\r\n"),
    ("Double", 2, b",1,5\r\n"),
    ("Double", 1, b", 1\r\n"),
    ("Double", 2, b",1 \r\n"),
    ("Double", 2, b",0x1p3\r\n"),
    ("Double", 4, b",1e1.5\r\n"),
    ("Double", 1, b",e5\r\n"),
    ("Double", 3, b",1ee5\r\n"),
    ("Double", 4, b",inf.0\r\n"),
    ("Double", 3, b",1.e5\r\n"),
])
faults("big numbers", [
    ("BigNumber", 1, b"(\r\n"),
    ("BigNumber", 1, b"(a\r\n"),
    ("BigNumber", 2, b"(1a\r\n"),
    ("BigNumber", 2, b"(-\r\n"),
    ("BigNumber", 2, b"(+\r\n"),
    ("BigNumber", 2, b"(--1\r\n"),
    ("BigNumber", 2, b"(1.5\r\n"),
    ("BigNumber", 1, b"( 1\r\n"),
    ("BigNumber", 2, b"(0x1\r\n"),
])
faults("booleans and nulls", [
    ("Boolean", 1, b"#\r\n"),
    ("Boolean", 1, b"#x\r\n"),
    ("Boolean", 1, b"#T\r\n"),
    ("Boolean", 1, b"#1\r\n"),
    ("Boolean", 2, b"#tt\r\n"),
    ("Boolean", 2, b"#true\r\n"),
    ("Null", 1, b"_x\r\n"),
    ("Null", 1, b"_-1\r\n"),
    ("Null", 1, b"_ \r\n"),
])
faults("lines that end wrongly", [
    ("Terminator", 2, b"+a\n"),
    ("Terminator", 3, b"+a\rb\r\n"),
    ("Terminator", 1, b"+\n"),
    ("Terminator", 2, b"+\r+"),
    ("Terminator", 3, b"+a\r\r\n"),
    ("Terminator", 4, b"-ERR\n"),
    ("Terminator", 3, b"-E\rR\r\n"),
    ("Terminator", 61, b"+" + b"a" * 60 + b"\n"),
    ("Terminator", 62, b"+" + b"a" * 60 + b"\r\r"),
    ("Terminator", 2, b":1\n"),
    ("Terminator", 3, b":1\rx"),
    ("Terminator", 1, b":\n"),
    ("Terminator", 2, b",1\n"),
    ("Terminator", 3, b",1\rx"),
    ("Terminator", 2, b"(1\n"),
    ("Terminator", 3, b"(1\rx"),
    ("Terminator", 2, b"#t\n"),
    ("Terminator", 3, b"#t\rx"),
    ("Terminator", 1, b"#\n"),
    ("Terminator", 1, b"_\n"),
    ("Terminator", 2, b"_\rx"),
    ("Terminator", 2, b"$1\na\r\n"),
    ("Terminator", 3, b"$1\ra\r\n"),
    ("Terminator", 1, b"$\n"),
    ("Terminator", 3, b"$-1\n"),
    ("Terminator", 4, b"$-1\rx"),
    ("Terminator", 4, b"*-1\r\r"),
], contexts=1)
faults("payloads that are longer or shorter than announced", [
    ("Terminator", 5, b"$1\r\na\n"),
    ("Terminator", 5, b"$1\r\nabc\r\n"),
    ("Terminator", 6, b"$1\r\na\rb"),
    ("Terminator", 7, b"$3\r\nab\r\n+OK\r\n"),
    ("Terminator", 9, b"$5\r\nhello+OK\r\n"),
    ("Terminator", 4, b"$0\r\nx\r\n"),
    ("Terminator", 4, b"$0\r\n\n"),
    ("Terminator", 5, b"$0\r\n\r\r"),
    ("Terminator", 7, b"!3\r\nERRx\r\n"),
    ("Terminator", 9, b"=5\r\ntxt:abc\r\n"),
    ("Terminator", 106, b"$100\r\n" + b"a" * 101 + b"\r\n"),
])
faults("verbatim strings without a format", [
    ("Verbatim", 0, b"=0\r\n\r\n"),
    ("Verbatim", 0, b"=3\r\ntxt\r\n"),
    ("Verbatim", 7, b"=5\r\ntxt.a\r\n"),
    ("Verbatim", 7, b"=5\r\ntx:ta\r\n"),
    ("Verbatim", 7, b"=9\r\nmarkdown:\r\n"),
])
faults("streamed strings", [
    ("Length", 2, b"$?x\r\n"),
    ("Length", 2, b"$??\r\n"),
    ("Length", 2, b"$?1\r\n"),
    ("Length", 2, b"$1?\r\n"),
    ("Length", 2, b"$-?\r\n"),
    ("Terminator", 2, b"$?\n"),
    ("Streamed", 4, b"$?\r\nabc"),
    ("Streamed", 4, b"$?\r\n$1\r\na\r\n"),
    ("Streamed", 4, b"$?\r\n.\r\n"),
    ("Length", 5, b"$?\r\n;x\r\n"),
    ("Length", 5, b"$?\r\n;-1\r\n"),
    ("Length", 5, b"$?\r\n;\r\n"),
    ("Streamed", 5, b"$?\r\n;?\r\n"),
    ("Terminator", 9, b"$?\r\n;1\r\nab\r\n"),
    ("Terminator", 6, b"$?\r\n;1\na\r\n"),
    ("Streamed", 11, b"$?\r\n;1\r\na\r\n.\r\n"),
    ("Streamed", 11, b"$?\r\n;1\r\na\r\n:1\r\n"),
])
faults("streamed types that do not exist", [
    ("Streamed", 1, b"|?\r\n"),
    ("Streamed", 1, b"!?\r\n"),
    ("Streamed", 1, b"=?\r\n"),
], contexts=1)
faults("streamed parts out of place", [
    ("Streamed", 1, b">?\r\n"),
    ("Streamed", 0, b".\r\n"),
    ("Streamed", 0, b";0\r\n"),
    ("Streamed", 0, b";3\r\nabc\r\n"),
    ("Streamed", 4, b"*1\r\n.\r\n"),
    ("Streamed", 4, b"%1\r\n.\r\n"),
    ("Streamed", 4, b"|1\r\n.\r\n"),
    ("Streamed", 16, b"|1\r\n:1\r\n:2\r\n" + b"*1\r\n.\r\n"),
    ("Streamed", 8, b"*?\r\n*1\r\n.\r\n"),
    ("Streamed", 4, b"*?\r\n;1\r\na\r\n"),
    ("Streamed", 12, b"|1\r\n:1\r\n:2\r\n.\r\n"),
], contexts=0)
faults("streamed aggregates that end wrongly", [
    ("Terminator", 5, b"*?\r\n.x\r\n"),
    ("Terminator", 5, b"*?\r\n.\n"),
    ("Terminator", 6, b"*?\r\n.\rx"),
    ("Terminator", 2, b"~?\n"),
    ("OddMap", 8, b"%?\r\n:1\r\n.\r\n"),
    ("OddMap", 16, b"%?\r\n:1\r\n:2\r\n:3\r\n.\r\n"),
    ("OddMap", 11, b"%?\r\n*?\r\n.\r\n.\r\n"),
    ("DanglingAttribute", 16, b"*?\r\n|1\r\n:1\r\n:2\r\n.\r\n"),
    ("DanglingAttribute", 8, b"~?\r\n|0\r\n.\r\n"),
    ("DanglingAttribute", 12, b"%?\r\n|0\r\n|0\r\n.\r\n"),
])
faults("pushes inside of frames", [
    ("NestedPush", 4, b"*1\r\n>1\r\n+a\r\n"),
    ("NestedPush", 8, b"%1\r\n:1\r\n>1\r\n+a\r\n"),
    ("NestedPush", 4, b">1\r\n>1\r\n+a\r\n"),
    ("NestedPush", 4, b"|1\r\n>1\r\n+a\r\n"),
    ("NestedPush", 4, b"~1\r\n>0\r\n"),
    ("NestedPush", 4, b"*?\r\n>0\r\n"),
    ("NestedPush", 4, b"*1\r\n>?\r\n"),
    ("NestedPush", 8, b"*1\r\n|0\r\n>0\r\n"),
])

deep = b"*1\r\n" * 8
faults("nested too deep", [
    ("Depth", 32, deep + inner)
    for inner in [b"*1\r\n", b"*0\r\n", b"%1\r\n", b"%0\r\n", b"~1\r\n", b"|1\r\n", b"|0\r\n", b"*?\r\n", b"%?\r\n"]
] + [
    ("Depth", 32, b"%1\r\n" * 8 + b"*1\r\n"),
    ("Depth", 32, b"~1\r\n" * 8 + b"~1\r\n"),
    ("Depth", 32, b"*?\r\n" * 8 + b"*?\r\n"),
    ("Depth", 32, b"|1\r\n" * 8 + b"|1\r\n"),
    ("Depth", 32, b">1\r\n" + b"*1\r\n" * 7 + b"*1\r\n"),
    ("Depth", 64, b"%1\r\n:1\r\n" * 8 + b"*1\r\n"),
], contexts=0)
faults("payloads announced too large", [
    ("BulkBytes", 0, b"$1025\r\n"),
    ("BulkBytes", 0, b"!1025\r\n"),
    ("BulkBytes", 0, b"=1025\r\n"),
    ("BulkBytes", 4, b"$?\r\n;1025\r\n"),
    ("BulkBytes", 0, b"$536870913\r\n"),
    ("BulkBytes", 0, b"$2147483648\r\n"),
    ("BulkBytes", 0, b"$4294967297\r\n"),
    ("BulkBytes", 0, b"$9223372036854775807\r\n"),
    ("BulkBytes", 0, b"$9223372036854775808\r\n"),
    ("BulkBytes", 0, b"$18446744073709551615\r\n"),
    ("BulkBytes", 0, b"$18446744073709551616\r\n"),
    ("BulkBytes", 0, b"$99999999999999999999\r\n"),
], contexts=1)
faults("aggregates announced too large", [
    ("Elements", 0, b"*65\r\n"),
    ("Elements", 0, b"%33\r\n"),
    ("Elements", 0, b"~65\r\n"),
    ("Elements", 0, b"|33\r\n"),
    ("Elements", 0, b"*2147483647\r\n"),
    ("Elements", 0, b"*4294967296\r\n"),
    ("Elements", 0, b"*4294967297\r\n"),
    ("Elements", 0, b"%2147483648\r\n"),
    ("Elements", 0, b"%9223372036854775808\r\n"),
    ("Elements", 0, b"~18446744073709551615\r\n"),
    ("Elements", 0, b"*18446744073709551616\r\n"),
    ("Elements", 0, b"|99999999999999999999\r\n"),
], contexts=1)
faults("too many elements in all", [
    ("Elements", 0, b">65\r\n"),
    # 2 and 62 make 64.
    ("Elements", 4 + 5 + 62 * 3, b"*2\r\n*62\r\n" + b"_\r\n" * 62 + b"*1\r\n"),
    ("Elements", 4 + 5 + 62 * 3, b"*2\r\n%31\r\n" + b"_\r\n" * 62 + b"%1\r\n"),
    # Attributes count with the rest.
    ("Elements", 4 + 5 + 62 * 3, b"*2\r\n|31\r\n" + b"_\r\n" * 62 + b"*1\r\n"),
    # The 65th element of a streamed aggregate, where it ends.
    ("Elements", 4 + 65 * 3, b"*?\r\n" + b"_\r\n" * 65),
    ("Elements", 4 + 65 * 3, b"~?\r\n" + b"_\r\n" * 65),
    ("Elements", 4 + 65 * 3, b"%?\r\n" + b"_\r\n" * 65),
    # 60 announced, so the 5th of the streamed one.
    ("Elements", 5 + 4 + 5 * 4, b"*60\r\n*?\r\n" + b":1\r\n" * 5),
], contexts=0)
long = b"a" * 128
faults("lines too long", [
    ("LineBytes", 0, b"+" + long + b"a\r\n"),
    ("LineBytes", 0, b"-" + long + b"a\r\n"),
    ("LineBytes", 0, b"+" + long + b"a\n"),
    ("LineBytes", 0, b"+" + long + long),
    ("LineBytes", 0, b"(" + b"1" * 129 + b"\r\n"),
    ("LineBytes", 0, b"," + b"1" * 129 + b"\r\n"),
    ("LineBytes", 0, b",1." + b"0" * 127 + b"\r\n"),
    ("Terminator", 129, b"+" + long + b"\n"),
    ("Terminator", 130, b"+" + long + b"\r\r"),
], contexts=1)
full = b"+" + long + b"\r\n"
faults("frames too large", [
    # 4 + 4 x 1009 = 4040, and 108 more would be 4148.
    ("FrameBytes", 4040, b"*5\r\n" + (b"$1000\r\n" + b"a" * 1000 + b"\r\n") * 4 + b"$100\r\n"),
    ("FrameBytes", 4040, b"*5\r\n" + (b"$1000\r\n" + b"a" * 1000 + b"\r\n") * 4 + b"=100\r\n"),
    # 5 + 31 x 131 = 4066; a line there may hold 27 bytes, and what is announced must fit in 30.
    ("FrameBytes", 4066, b"*41\r\n" + full * 31 + b"+" + b"a" * 28 + b"\r\n"),
    ("FrameBytes", 4066, b"*41\r\n" + full * 31 + b"(" + b"1" * 28 + b"\r\n"),
    ("FrameBytes", 4066, b"*41\r\n" + full * 31 + b"*20\r\n"),
    ("FrameBytes", 4066, b"*41\r\n" + full * 31 + b"%10\r\n"),
], contexts=0)
faults("streamed frames too large", [
    # 4 + 3 x 131 = 397; a line there may hold 112 bytes.
    ("StreamedBytes", 397, b"*?\r\n" + full * 4),
    ("StreamedBytes", 397, b"~?\r\n" + full * 4),
    ("StreamedBytes", 397, b"*?\r\n" + full * 3 + b"$110\r\n"),
    ("StreamedBytes", 397, b"*?\r\n" + full * 3 + b"*40\r\n"),
    ("StreamedBytes", 4, b"$?\r\n;600\r\n"),
    ("StreamedBytes", 4 + 308, b"$?\r\n;300\r\n" + b"a" * 300 + b"\r\n;300\r\n"),
    # Not streamed until it is too large for that.
    ("StreamedBytes", 612, b"*2\r\n$600\r\n" + b"a" * 600 + b"\r\n*?\r\n"),
    ("StreamedBytes", 612, b"*2\r\n$600\r\n" + b"a" * 600 + b"\r\n$?\r\n"),
    ("StreamedBytes", 8, b"*2\r\n*?\r\n$600\r\n"),
    # Attributes on attributes: 3 x (4 + 63 + 63) = 390, and the first string of the fourth ends at 457.
    ("StreamedBytes", 457, (b"|1\r\n" + (b"+" + b"a" * 60 + b"\r\n") * 2) * 4),
    ("StreamedBytes", 135, b"|1\r\n" + (b"+" + b"a" * 60 + b"\r\n") * 2 + b"|30\r\n" + b"$500\r\n"),
], contexts=0)

print("\n# cut short: nothing is wrong, so many bytes are missing at least")
for missing, data in [
    (1, b""), (1, b"+"), (1, b"+OK"), (1, b"+OK\r"), (1, b"$"), (1, b"$5"), (1, b"$5\r"), (7, b"$5\r\n"), (4, b"$5\r\nhel"),
    (2, b"$5\r\nhello"), (1, b"$5\r\nhello\r"), (2, b"$0\r\n"), (1, b"$-"), (1, b"$-1"), (1, b"$-1\r"), (1026, b"$1024\r\n"),
    (1, b"*"), (1, b"*2\r\n"), (1, b"*2\r\n:1\r\n"), (1, b":"), (1, b":-"), (1, b":1\r"), (1, b"_"), (1, b"_\r"), (1, b"#"), (1, b"#t"),
    (1, b","), (1, b",1."), (1, b",-in"), (1, b"(-"), (1, b"%1\r\n+key\r\n"), (1, b"|1\r\n+a\r\n+b\r\n"), (1, b"|0\r\n"),
    (1, b"*?\r\n"), (1, b"*?\r\n."), (1, b"*?\r\n.\r"), (1, b"$?\r\n"), (5, b"$?\r\n;5\r\nab"), (1, b"$?\r\n;5\r\nhello\r\n"), (1, b"$?\r\n;0"),
    (12, b"=10\r\n"), (10, b"=10\r\ntx"), (2, b"=10\r\nmkd:# head"), (6, b"!4\r\n"), (1, b">2\r\n+message\r\n"), (1, b"*1\r\n" * 8),
]:
    line("Partial", missing, data)
