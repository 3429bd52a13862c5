"""An engine that behaves as told, for the tests of what the plugin does with answers, faults and cancels."""

from __future__ import annotations

import json
import sys
import time

REPORT = {
    "title_th": "เสร็จแล้ว",
    "title_en": "Done",
    "tables": [],
    "notes_th": ["ทดสอบ"],
    "notes_en": ["Test"],
    "provenance": [],
    "files": [],
    "facts": {},
}


def say(**entry: object) -> None:
    print(json.dumps(entry, ensure_ascii=False), flush=True)


def main() -> int:
    wanted = sys.argv[2]
    say(progress=0.25, message="กำลังทำ")
    if wanted == "slow.task":
        time.sleep(60)
    if wanted == "bad.task":
        say(error={"code": "demo", "message_th": "ปิดแฟ้มก่อน", "message_en": "Close the file first", "field": ""})
        return 1
    if wanted == "silent.task":
        sys.stderr.write("boom\n")
        return 3
    say(report=REPORT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
