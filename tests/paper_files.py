"""Small real documents, made for tests: what offices and exchanges publish, in the same shapes."""

import io
import struct
import zipfile

A_PIXEL = b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1"


def pdf(*pages, cmap="UniGB-UCS2-H", encrypt=False, to_unicode=None, kids=None):
    """A PDF with a page for each tuple of lines; None is a page that is a picture. Its font is named, not embedded.

    `to_unicode` maps glyph numbers (from 1, in the order of the characters) to what the text layer claims they are.
    """
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b""]
    numbers = []
    for page in pages:
        content = b"q 500 0 0 700 50 50 cm /Im Do Q" if page is None else _content(page, cmap, to_unicode)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources "
            b"<< /Font << /F 3 0 R >> /XObject << /Im 4 0 R >> >> >>" % (len(objects) + 1)
        )
        numbers.append(len(objects) + 1)
    objects.insert(3, b"<< %s >>\nstream\n\x7f\nendstream" % A_PIXEL)
    encoding = b"/Identity-H /ToUnicode %d 0 R" % (len(objects) + 2) if to_unicode else b"/" + cmap.encode()
    objects.append(
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>"
    )
    objects[2] = b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding %s /DescendantFonts [%d 0 R] >>" % (
        encoding,
        len(objects),
    )
    if to_unicode:
        lines = "".join(f"<{at:04X}> <{ord(char):04X}>\n" for at, char in enumerate(to_unicode, 1))
        table = f"begincmap\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{len(to_unicode)} beginbfchar\n{lines}endbfchar\nendcmap".encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(table), table))
    shown = kids or numbers
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(shown), b" ".join(b"%d 0 R" % number for number in shown))
    locked = b""
    if encrypt:  # no password fits these, the empty one least of all
        objects.append(b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"11" * 32, b"22" * 32))
        locked = b"/Encrypt %d 0 R /ID [<%s> <%s>] " % (len(objects), b"33" * 16, b"33" * 16)
    return _written(objects, locked)


def _content(lines, cmap, to_unicode):
    shown = []
    for at, line in enumerate(lines):
        if to_unicode:
            code = b"".join(struct.pack(">H", to_unicode.index(char) + 1) for char in line)
        else:
            code = line.encode("utf-16-be") if cmap.startswith("Uni") else line.encode("gbk")
        shown.append(b"BT /F 12 Tf 50 %d Td <%s> Tj ET" % (780 - 20 * at, code.hex().encode()))
    return b"\n".join(shown)


def _written(objects, trailer):
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(out)


def ole(streams):
    """A compound file of version 3 with `streams` (name to bytes, each padded to 4,096 so that none is a small one)."""
    sector, free, end, fat_mark = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    contents = {name: body.ljust(max(4096, -(-len(body) // sector) * sector), b"\0") for name, body in streams.items()}
    entries = len(contents) + 1
    directory_sectors = -(-entries // 4)
    used = directory_sectors + sum(len(body) // sector for body in contents.values())
    fat_sectors = 1
    while fat_sectors * 128 < used + fat_sectors:
        fat_sectors += 1
    fat = [fat_mark] * fat_sectors
    chains = [directory_sectors] + [len(body) // sector for body in contents.values()]
    starts = []
    for length in chains:
        starts.append(len(fat))
        fat += [*range(len(fat) + 1, len(fat) + length), end]
    fat += [free] * (fat_sectors * 128 - len(fat))
    rows = [_entry("Root Entry", 5, 1 if contents else free, end, 0)]
    names = list(contents)
    for at, name in enumerate(names):  # a chain of right-hand siblings is a tree, if not a balanced one
        right = at + 2 if at + 1 < len(names) else free
        rows.append(_entry(name, 2, free, starts[at + 1], len(contents[name]), right=right))
    rows += [_entry("", 0, free, 0, 0)] * (directory_sectors * 4 - len(rows))
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, fat_sectors, starts[0], 0, 4096, end, 0, end, 0,
    )  # fmt: skip
    header += struct.pack("<109I", *range(fat_sectors), *[free] * (109 - fat_sectors))
    return header + struct.pack(f"<{len(fat)}I", *fat) + b"".join(rows) + b"".join(contents.values())


def _entry(name, kind, child, start, size, *, right=0xFFFFFFFF):
    raw = name.encode("utf-16-le") + b"\0\0" if name else b""
    return struct.pack(
        "<64sHBBIII16sIQQIQ", raw, len(raw), kind, 1, 0xFFFFFFFF, right, child, b"", 0, 0, 0, start, size
    )  # fmt: skip


def doc(*pieces, counts=None, flags=0x0200, version=0x00C1):
    """A Word document of 1997: `pieces` are texts, those of bytes stand compressed in the file's code page."""
    main, table, places, at = bytearray(2048), [], [0], 0
    for piece in pieces:
        if isinstance(piece, bytes):
            where, body = len(main) * 2 | 0x40000000, piece
        else:
            where, body = len(main), piece.encode("utf-16-le")
        at += len(piece)
        places.append(at)
        table.append(struct.pack("<HIH", 0, where, 0))
        main += body
    struct.pack_into("<HH", main, 0, 0xA5EC, version)
    struct.pack_into("<H", main, 6, 0x0804)
    struct.pack_into("<H", main, 0x0A, flags)
    struct.pack_into("<II", main, 0x18, 2048, len(main))
    struct.pack_into("<8i", main, 0x4C, *(counts or (at, 0, 0, 0, 0, 0, 0, 0)))
    plc = struct.pack(f"<{len(places)}I", *places) + b"".join(table)
    clx = b"\x01" + struct.pack("<H", 4) + b"\0\0\0\0" + b"\x02" + struct.pack("<I", len(plc)) + plc
    struct.pack_into("<II", main, 0x01A2, 16, len(clx))
    return ole({"WordDocument": bytes(main), "1Table": bytes(16) + clx})


def xls(**sheets):
    """An Excel workbook of 1997: rows of texts and numbers by sheet."""
    begin = struct.pack("<HHHHHHII", 0x0809, 16, 0x0600, 5, 0, 0, 0, 0)
    parts = {name: _sheet(rows) for name, rows in sheets.items()}
    named = [name.encode("utf-16-le") for name in parts]
    at = len(begin) + sum(4 + 8 + len(raw) for raw in named) + 4
    bound = b""
    for raw, part in zip(named, parts.values(), strict=True):
        bound += struct.pack("<HHIHBB", 0x0085, 8 + len(raw), at, 0, len(raw) // 2, 1) + raw
        at += len(part)
    return ole({"Workbook": begin + bound + b"\x0a\0\0\0" + b"".join(parts.values())})


def _sheet(rows):
    out = struct.pack("<HHHHHHII", 0x0809, 16, 0x0600, 0x10, 0, 0, 0, 0)
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str):
                raw = value.encode("utf-16-le")
                out += struct.pack("<HHHHHHB", 0x0204, 9 + len(raw), at, column, 0, len(raw) // 2, 1) + raw
            else:
                out += struct.pack("<HHHHHd", 0x0203, 14, at, column, 0, value)
    return out + b"\x0a\0\0\0"


def zipped(**parts):
    """A zip of parts, `__` for `/` and `_dot_` for `.` in their names."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), body)
    return held.getvalue()


def ofd(*pages):
    """An OFD document with a page for each list of (height, text)."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
    parts = {
        "OFD_dot_xml": f"<ofd:OFD {space}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0__Document_dot_xml": f"<ofd:Document {space}><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
    }
    for number, page in enumerate(pages):
        texts = "".join(
            f'<ofd:TextObject Boundary="10 {height} 100 5"><ofd:TextCode X="0" Y="4">{text}</ofd:TextCode></ofd:TextObject>'
            for height, text in page
        )
        parts[f"Doc_0__Pages__Page_{number}__Content_dot_xml"] = f"<ofd:Page {space}><ofd:Content>{texts}</ofd:Content></ofd:Page>"
    return zipped(**parts)
