"""Reduces Meta's business-messaging-api_v23.0.yaml (github.com/facebook/openapi, commit ecba623b4aba) to the answers that are judged.

    python reduce_openapi.py business-messaging-api_v23.0.yaml > openapi_v23.0_reduced.json
"""

import json
import sys

import yaml

PATHS = [
    "{WABA-ID}",
    "{WABA-ID}/phone_numbers",
    "{WABA-ID}/subscribed_apps",
    "{WABA-ID}/message_templates",
    "{WABA-ID}/activities",
    "{TEMPLATE_ID}",
    "{Business-ID}/owned_whatsapp_business_accounts",
    "{Business-ID}/client_whatsapp_business_accounts",
    "{Phone-Number-ID}",
    "{Phone-Number-ID}/whatsapp_business_profile",
    "{Phone-Number-ID}/settings",
    "{Phone-Number-ID}/whatsapp_commerce_settings",
    "{Phone-Number-ID}/message_qrdls",
    "{Phone-Number-ID}/message_qrdls/{QR-Code-ID}",
    "{Phone-Number-ID}/block_users",
    "{Phone-Number-ID}/conversational_automation",
    "{Phone-Number-ID}/official_business_account",
    "{Phone-Number-ID}/messages",
    "{Phone-Number-ID}/register",
    "{Phone-Number-ID}/deregister",
]
PROSE = {"description", "example", "examples", "summary", "title"}


def stripped(node, of_properties=False):
    """The schema without prose. A property that is called `description` stays."""
    if isinstance(node, dict):
        return {
            name: stripped(value, name == "properties" and not of_properties)
            for name, value in node.items()
            if of_properties or name not in PROSE
        }
    if isinstance(node, list):
        return [stripped(value) for value in node]
    return node


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rsplit("/", 1)[-1]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        whole = yaml.load(file, Loader=yaml.CSafeLoader)
    schemas, answers = whole["components"]["schemas"], {}
    for path in PATHS:
        for method in ("get", "post", "delete"):
            operation = whole["paths"]["/{Version}/" + path].get(method)
            for status, response in (operation or {}).get("responses", {}).items():
                if "$ref" in response:
                    response = whole["components"]["responses"][response["$ref"].rsplit("/", 1)[-1]]
                content = response.get("content") or {}
                schema = next((c["schema"] for c in content.values() if "schema" in c), None)
                if schema is not None:
                    answers.setdefault(f"{method.upper()} {path}", {})[status] = stripped(schema)
    kept, wanted = {}, set(references(answers))
    while wanted:
        name = wanted.pop()
        if name not in kept:
            kept[name] = stripped(schemas[name])
            wanted |= set(references(kept[name]))
    reduced = {"source": "facebook/openapi@ecba623b4aba business-messaging-api_v23.0.yaml", "answers": answers, "components": {"schemas": kept}}
    json.dump(reduced, sys.stdout, indent=1, sort_keys=True)
    print()


main()
