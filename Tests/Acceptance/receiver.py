#!/usr/bin/env python3
"""Receives POST requests at 127.0.0.1:PORT and appends each to FILE as one line of JSON: path, headers (names in lower case), body."""
import http.server
import json
import sys

PORT, FILE = int(sys.argv[1]), sys.argv[2]


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        with open(FILE, "a") as file:
            file.write(json.dumps({"path": self.path.rstrip("/"), "headers": headers, "body": json.loads(body)}) + "\n")
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        pass


open(FILE, "a").close()
http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
