"""README.md's commands, and transcripts of them with what differs from run to run in one fixed form."""
import re

# What only a compiler and the network can run: `.ci/run` does, and RepositoryTests see that it does.
BUILT_ELSEWHERE = ("apt-get update && ", ".ci/test", "systemd/build-deb")


def commands(text):
    """Each command of the shell blocks, without the remark behind it, with the heading that it stands under."""
    heading, inside, found = "", False, []
    for line in text.split("\n"):
        if line.startswith("```"):
            inside = line == "```sh"
        elif line.startswith("## ") and not inside:
            heading = line[3:]
        elif inside and line:
            found.append((heading, re.sub(r" +#(?=\s).*$", "", line)))
    return found


def yaml_block(text):
    """The README's route, which goes into notify.yaml."""
    return re.search(r"^```yaml\n(.*?)^```", text, re.M | re.S).group(1)


RULES = [
    (r"\b[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d( UTC)?", "Day DATE TIME"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?( UTC)?", "DATE TIME"),
    (r"\b[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d", "Mon DD TIME"),
    (r"\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}", "DATE TIME"),
    (r"\b\d\d:\d\d:\d\d\b", "TIME"),
    # The release.
    (r"(?<=[ (_])\d+\.\d+\.\d+(?=[ ):_]|$)", "VERSION"),
    # journalctl's own host and process.
    (r"(?<=TIME )\S+(?= wabawatchd\[)", "HOST"),
    (r"(?<=\[)\d+(?=\]:)", "PID"),
    # Cursors, ids of messages and of boots.
    (r"[0-9a-f]{16}:[0-9a-f]{12}:\d+", "CURSOR"),
    (r"\b[0-9a-f]{32}\b", "ID"),
    (r"<[^<>@\s]+@[^<>\s]+>", "<ID>"),
    # Ages and durations; a column of them is as wide as the longest.
    (r"\b\d+(ms|s|min|h|d)( \d+(ms|s|min))?( ago)?\b", "AGE"),
    (r"\b\d+ days?( AGE)?(?= |;|$)", "AGE"),
    (r"(?<!-)\bnow\b", "AGE"),
    # How many calls it took until then, and what came before a change.
    (r"\b\d+(?=/\d)|(?<=calls_last_hour=)\d+|(?<=\"sequence\":)\d+|(?<=\"transaction\":)\d+", "N"),
    (r"\b\d+ of \d+ calls", "N calls"),
    (r"\b\d+ in the last hour(, \d+ not needed)?", "N in the last hour"),
    (r"\b\d+ ?%", "N%"),
    (r"\b\d+ bytes", "N bytes"),
    # What a line of the timeline ends with: how long it was so is another time's.
    (r"[▁▂▃▄▅▆▇█·]+(?=[▁▂▃▄▅▆▇█·])", ""),
    # What is laid out by the width of the above.
    (r"[ \t]+", " "),
    (r" $", ""),
    # Of a row of the plan the kind and how many there are: what comes with another's answer is found out while it runs.
    (r"^(\w+ \d+) AGE AGE .*$", r"\1 AGE AGE"),
]


def steadied(text):
    """The text with times, ids, ages and counts in a fixed form."""
    for pattern, instead in RULES:
        text = re.sub(pattern, instead, text, flags=re.M)
    return text
