#!/usr/bin/env python3
"""check_web.py URL CERTIFICATE - the page, all that it names, and the door
for the chat, as a browser that trusts CERTIFICATE finds them."""
import http.client
import re
import ssl
import sys
import urllib.parse

UPGRADE = {
    "Upgrade": "websocket", "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13", "Sec-WebSocket-Protocol": "xmpp",
    "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg=="}


def get(url, certificate, path, headers):
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https":
        line = http.client.HTTPSConnection(
            parts.netloc, timeout=10,
            context=ssl.create_default_context(cafile=certificate))
    else:
        line = http.client.HTTPConnection(parts.netloc, timeout=10)
    line.request("GET", parts.path + path, headers=headers)
    answer = line.getresponse()
    content = b"" if answer.status == 101 else answer.read()
    line.close()
    return answer.status, content


def must(url, certificate, path, expected, headers):
    status, content = get(url, certificate, path, headers)
    if status != expected or (status == 200 and not content):
        sys.exit("check_web: %s%s is answered with %d and %d bytes" % (
            url, path, status, len(content)))
    return content


def main():
    url, certificate = sys.argv[1:]
    page = must(url, certificate, "/", 200, {})
    names = re.findall(r'(?:src|href)="([^"#]+)"', page.decode())
    if not any(name.endswith(".js") for name in names):
        sys.exit("check_web: the page names no script")
    for name in [*names, "config.json"]:
        must(url, certificate, "/" + name, 200, {})
    must(url, certificate, "/xmpp-websocket", 101,
         {"Origin": url, **UPGRADE})


main()
