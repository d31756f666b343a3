"""Workbooks that are none, are damaged, or hold more than they weigh."""

import zipfile
from collections.abc import Callable, Iterable

from tests.bad_inputs.ground import BadInput, Ground

Spoil = Callable[[Ground], object]
FILE = r"results\.xlsx"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
    '<sheet name="Results" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>"
)
SHEET = "xl/worksheets/sheet1.xml"


def content(octets: bytes) -> Spoil:
    """Deliver these bytes as a workbook."""

    def spoil(ground: Ground) -> None:
        ground.swap("results.csv", "results.xlsx")
        ground.results.unlink()
        (ground.data / "results.xlsx").write_bytes(octets)

    return spoil


def parts(book: str = BOOK, links: str = LINKS, sheet: Iterable[bytes] = ()) -> Spoil:
    """Deliver a workbook of these parts."""

    def spoil(ground: Ground) -> None:
        content(b"")(ground)
        with zipfile.ZipFile(
            ground.data / "results.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=1
        ) as archive:
            archive.writestr("xl/workbook.xml", book)
            archive.writestr("xl/_rels/workbook.xml.rels", links)
            with archive.open(SHEET, "w") as part:
                for piece in sheet:
                    part.write(piece)

    return spoil


def many_parts(ground: Ground) -> None:
    """Deliver a workbook of 20,000 empty parts."""
    parts()(ground)
    with zipfile.ZipFile(ground.data / "results.xlsx", "a") as archive:
        for number in range(20_000):
            archive.writestr(f"xl/media/{number}", b"")


ENTITIES = (
    '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + f']><workbook xmlns="{MAIN}"><sheets><sheet name="&i;"/></sheets></workbook>'
)

CASES = [
    BadInput("workbook_that_is_empty", content(b""), FILE),
    BadInput("workbook_that_is_text", content(b"batch_id,stage\nB001,6\n"), FILE),
    BadInput("workbook_of_another_archive", content(b"PK\x05\x06" + bytes(18)), FILE),
    BadInput("workbook_cut_short", content(b"PK\x03\x04" + bytes(400)), FILE),
    BadInput("workbook_of_an_old_kind", content(b"\xd0\xcf\x11\xe0" + bytes(5_000)), FILE),
    BadInput("workbook_without_sheets", parts(book=f'<workbook xmlns="{MAIN}"/>'), FILE),
    BadInput("workbook_that_is_no_xml", parts(book="<workbook"), FILE),
    BadInput("workbook_of_entities_in_entities", parts(book=ENTITIES), FILE),
    BadInput("workbook_whose_sheet_is_elsewhere", parts(links="<Relationships/>"), FILE),
    BadInput("workbook_whose_sheet_is_no_xml", parts(sheet=[b"<worksheet><sheetData><row"]), FILE),
    BadInput("workbook_that_unpacks_to_1_gb", parts(sheet=[bytes(1 << 24)] * 64), FILE),
    BadInput("workbook_of_20_000_parts", many_parts, FILE),
]
