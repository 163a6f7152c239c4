#!/usr/bin/env python3
"""A settlement directory read by other programs than ours: Parquet by pyarrow, the workbook by openpyxl, the signature by
cryptography (OpenSSL), CSV by the standard library. Everything has to come to the same money as detail.csv.

  python3 settled.py DIR NET     NET: what the day must come to, in minor units
"""

import csv
import hashlib
import json
import sys
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow.parquet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MARK = b',\n  "signature": "'


def rows(path, encoding="utf-8"):
    with open(path, encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def plain(cell):
    return cell[1:] if cell.startswith("'") else cell


def net(detail):
    return sum(int(row["subsidy"]) * (1 if row["kind"] == "grant" else -1) for row in detail)


def check(name, got, expected):
    if got != expected:
        sys.exit(f"{name}: got {got}, expected {expected}")


def main(directory, expected):
    directory, expected = Path(directory), int(expected)
    detail = rows(directory / "detail.csv")
    check("detail.csv", net(detail), expected)
    check("lines", bool(detail), True)

    table = pyarrow.parquet.read_table(directory / "detail.parquet")
    check("columns of detail.parquet", table.column_names, list(detail[0]))
    for number, (tabled, row) in enumerate(zip(table.to_pylist(), detail, strict=True)):
        for name, value in tabled.items():
            if name == "time_utc":
                value = value.strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".") + "Z"
            # A part that nobody pays is nothing there and zero here.
            text = {None: "0" if name.startswith("subsidy_") else ""}.get(value, str(value))
            check(f"detail.parquet row {number} {name}", text, plain(row[name]))

    book = openpyxl.load_workbook(directory / "summary.xlsx")
    yuan = Decimal(expected) / 100
    for sheet in ("按活动", "按品类", "按区划", "按商户", "按出资方", "按收单机构"):
        lines = list(book[sheet].iter_rows(min_row=2, values_only=True))
        check(f"summary.xlsx {sheet}", sum(Decimal(str(line[4])) for line in lines), yuan)
    asked = [Decimal(str(line[9])) for line in book["申请汇总"].iter_rows(min_row=2, values_only=True)]
    check("summary.xlsx 申请汇总", sum(asked), yuan)
    formulas = [cell.coordinate for sheet in book for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]
    check("formulas in summary.xlsx", formulas, [])

    for name, column in (("sales-ledger.csv", "补贴金额(元)"), ("bureau-claim.csv", "申请金额(元)")):
        check(name, sum(Decimal(row[column]) for row in rows(directory / name, "utf-8-sig")), yuan)
    fund = rows(directory / "fund-ledger.csv", "utf-8-sig")
    check("fund-ledger.csv", sum(Decimal(row["支出(元)"]) - Decimal(row["收回(元)"]) for row in fund), yuan)
    due = [row for file in sorted(directory.glob("acquirer/*/merchants.csv")) for row in rows(file)]
    check("acquirer/*/merchants.csv", sum(int(row["due"]) for row in due), expected)

    signed = (directory / "manifest.json").read_bytes()
    manifest = json.loads(signed)
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(manifest["public_key"]))
    key.verify(bytes.fromhex(manifest["signature"]), signed[: signed.rindex(MARK)])
    for entry in manifest["files"]:
        check(entry["name"], hashlib.sha256((directory / entry["name"]).read_bytes()).hexdigest(), entry["sha256"])
    print(f"{directory}: {len(detail)} lines, {yuan} yuan, by other programs too")


if __name__ == "__main__":
    main(*sys.argv[1:])
