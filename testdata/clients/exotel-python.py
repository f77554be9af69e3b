"""Debian's python3-exotel, which takes the address of the API, over its texts."""

import json
import os
import re
import sys
import threading
import traceback
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

from exotel import Exotel

HANDSET = "+919999900001"


def check(what, run):
    """Run one check. The first that fails ends the script."""
    try:
        run()
    except Exception:
        print(f"FAIL  exotel-python: {what}\n{traceback.format_exc()}", file=sys.stderr)
        sys.exit(1)
    print(f"ok    exotel-python: {what}")


def control(path, body):
    """Post to the control API of the emulator."""
    request = urllib.request.Request(
        f"{os.environ['SWITCHHOOK_URL']}/_switchhook/v1{path}",
        json.dumps(body).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def advance(by):
    """Move the clock; what was due on the way has happened afterwards."""
    control(f"/sandboxes/{box['id']}/clock/advance", {"by": by})


class Receiver(BaseHTTPRequestHandler):
    """Keeps the forms that are posted to it."""

    seen = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.seen.append((self.headers["content-type"], dict(urllib.parse.parse_qsl(body))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        """The checks say what there is to say."""


def equal(got, want):
    assert got == want, f"got {got!r}, want {want!r}"


def message_of(answer):
    equal((answer.status_code, answer.headers["content-type"]), (200, "application/json"))
    return answer.json()["SMSMessage"]


def refused(answer, status, code, text):
    said = answer.json()["RestException"]
    equal((answer.status_code, said["Status"], said.get("Code")), (status, status, code))
    assert re.search(text, said["Message"]), said["Message"]


box = control("/sandboxes", {"clock": {"mode": "manual"}})
exotel = box["exotel"]
client = Exotel(exotel["sid"], exotel["token"], exotel["url"] + "/")
server = HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
callback = f"http://127.0.0.1:{server.server_port}/status"


def sends_and_reads():
    sent = message_of(client.sms(exotel["number"], HANDSET, "Hello \u0928\u092e\u0938\u094d\u0924\u0947", encoding_type="unicode", priority="high"))
    assert re.fullmatch("[0-9a-f]{32}", sent["Sid"]), sent["Sid"]
    equal((sent["AccountSid"], sent["To"], sent["Status"]), (exotel["sid"], "09999900001", "queued"))
    equal((sent["DetailedStatusCode"], sent["DateSent"], sent["Price"], sent["SmsUnits"]), (21010, None, None, None))
    equal(message_of(client.sms_details(sent["Sid"])), sent)
    advance("10s")
    after = message_of(client.sms_details(sent["Sid"]))
    equal((after["Status"], after["DetailedStatusCode"], after["SmsUnits"], after["Price"]), ("sent", 20005, 1, 0.18))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", after["DateSent"]), after["DateSent"]
    equal(after["Body"], sent["Body"])
    equal(Receiver.seen, [])


def calls_back():
    sent = message_of(client.sms(exotel["sender"], "+919999923035", "Hello", status_callback=callback))
    advance("10s")
    [(kind, form)] = Receiver.seen
    equal(kind, "application/x-www-form-urlencoded")
    equal(form["SmsSid"], sent["Sid"])
    equal((form["Status"], form["DetailedStatusCode"], form["DetailedStatus"]), ("failed", "23035", "FAILED_SUBSCRIBER_UNAVAILABLE"))


def is_refused():
    refused(client.sms(exotel["number"], HANDSET, ""), 400, 40200, "Body")
    refused(client.sms(exotel["number"], "12", "Hello"), 400, 40203, "Invalid Recipient")
    refused(client.sms(None, HANDSET, "Hello"), 400, 40210, "From")
    refused(client.sms(exotel["number"], HANDSET, "Hello", encoding_type="morse"), 400, 40209, "EncodingType")
    wrong = Exotel(exotel["sid"], "wrong", exotel["url"] + "/")
    refused(wrong.sms(exotel["number"], HANDSET, "Hello"), 401, 34010, "Authentication failed")
    refused(wrong.sms_details("0" * 32), 401, 34010, "Authentication failed")


def finds_nothing():
    refused(client.sms_details("0" * 32), 200, None, "No matching results")


def does_not_call():
    equal(client.call_details("0" * 32).status_code >= 400, True)
    equal(client.call_number(HANDSET, exotel["number"], "+919999900002").status_code >= 400, True)


check("sms and sms_details, before and after delivery", sends_and_reads)
check("a status callback", calls_back)
check("errors", is_refused)
check("an unknown sid", finds_nothing)
check("calls, which are not emulated, are refused", does_not_call)
