"""Takes the output of a monitoring plugin apart: plugin.py FILE.

Guidelines: https://www.monitoring-plugins.org/doc/guidelines.html (plugin output, performance data, thresholds).
"""
import re
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
line, end, rest = text.partition("\n")
assert end and not rest, "one line"
words, bar, data = line.partition("|")
assert bar and "|" not in data, "one bar"
assert re.match(r"[A-Z]+ (OK|WARNING|CRITICAL|UNKNOWN): \S", words), "the service, its state and a sentence"

value = r"-?\d+(?:\.\d+)?"
threshold = rf"(?:@?(?:(?:~|{value})?:)?(?:{value})?)"
item = re.compile(
    rf"(?P<label>'(?:[^'=]|'')+'|[^'= ]+)=(?P<value>{value}|U)(?P<unit>[a-zA-Z%]*)"
    rf"(?:;(?P<warning>{threshold}))?(?:;(?P<critical>{threshold}))?(?:;(?P<least>{value})?)?(?:;(?P<most>{value})?)?"
)
labels = []
for part in data.strip().split(" "):
    found = item.fullmatch(part)
    assert found, f"{part} is no performance data"
    labels.append(found["label"])
assert labels and len(labels) == len(set(labels)), "every label once"
