"""Small caption files of every format, as bytes, with the same two cues where the format lets them."""

from collections.abc import Sequence

TTML = """<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling"
    xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xml:lang="{language}" {parameters}>
  <head><styling><style xml:id="slanted" tts:fontStyle="italic"/></styling>
  <layout><region xml:id="top" tts:origin="10% 10%" tts:extent="80% 20%" tts:textAlign="center"/></layout></head>
  <body><div>
{paragraphs}
  </div></body>
</tt>
"""


def ttml(*paragraphs: str, parameters: str = "", language: str = "en") -> bytes:
    """Return a TTML document of these paragraphs, the first of which stands in line 7."""
    return TTML.format(language=language, parameters=parameters, paragraphs="\n".join(paragraphs)).encode()


def stl(
    blocks: Sequence[tuple[str, str, bytes]], rate: bytes = b"25", start: bytes = b"00000000", language: bytes = b"09"
) -> bytes:
    """Return an EBU-STL file: times as eight digits, and the text field of each block."""
    head = bytearray(b" " * 1024)
    head[0:3], head[3:11], head[11:12] = b"850", b"STL" + rate + b".01", b"0"
    head[12:14], head[14:16] = b"00", language
    count = f"{len(blocks):05}".encode()
    head[238:243], head[243:248], head[248:251] = count, count, b"001"
    head[251:253], head[253:255], head[255:256], head[256:264] = b"40", b"23", b"1", start
    body = bytearray(head)
    for number, (begin, end, text) in enumerate(blocks):
        clocks = [bytes(int(clock[at : at + 2]) for at in (0, 2, 4, 6)) for clock in (begin, end)]
        fields = b"\0" + number.to_bytes(2, "little") + b"\xff\0" + b"".join(clocks) + bytes((20, 2, 0))
        body += fields + text.ljust(112, b"\x8f")
    return bytes(body)


def with_parity(data: bytes) -> str:
    """Return pairs of bytes as SCC writes them: in hexadecimal, with odd parity."""
    odd = bytes(byte | (0 if byte.bit_count() % 2 else 0x80) for byte in data + b"\0" * (len(data) % 2))
    return " ".join(odd[at : at + 2].hex() for at in range(0, len(odd), 2))


def pop_on(text: str, row: bytes = b"\x14\x70") -> str:
    """Return a pop-on caption that is loaded and shown at once: RCL, ENM, a row, text, EOC."""
    return with_parity(b"\x14\x20\x14\x2e" + row + text.encode("ascii").ljust((len(text) + 1) // 2 * 2) + b"\x14\x2f")
