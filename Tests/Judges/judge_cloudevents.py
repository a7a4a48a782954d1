#!/usr/bin/env python3
"""Reads events of CloudEvents 1.0, one a line on standard input, with the SDK of the CloudEvents project, which refuses what is none. Prints of each what
the SDK says it is, separated by tabs: id, source, type, subject, time, media type of the data, the data's member `summary`."""
import sys

from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

for line in sys.stdin:
    event = JSONFormat().read(CloudEvent, line)
    data = event.get_data()
    print(
        event.get_id(), event.get_source(), event.get_type(), event.get_subject(), event.get_time().isoformat(),
        event.get_datacontenttype(), data.get("summary"), sep="\t",
    )
