# A small booking assistant on Surge, as first written after the guide to two-way messaging.
import json
import os
import re
import urllib.request

from flask import Flask, request

app = Flask(__name__)
messages_url = f"{os.environ['SURGE_BASE_URL']}/accounts/{os.environ['SURGE_ACCOUNT_ID']}/messages"


@app.post("/webhooks/surge")
def surge_webhook():
    payload = request.get_json()
    if payload["type"] == "message.received":
        data = payload["data"]
        # Send a reply into the same conversation thread
        send({"conversation": data["conversation"]["id"], "body": answer_to(data["body"])})
    return "", 200


@app.post("/notify")
def notify():
    send({"to": request.json["to"], "body": request.json["text"]})
    return "", 200


@app.get("/healthz")
def healthz():
    return "ok"


def answer_to(text):
    booking = re.match(r"book (.+) for (.+)", text, re.I)
    if booking:
        return f"Booked {booking[1]} for {booking[2]}."
    return "Yes, 3pm is still available. Want me to book it?"


def send(message):
    call = urllib.request.Request(messages_url, json.dumps(message).encode(), {
        "Authorization": "Bearer " + os.environ["SURGE_API_KEY"],
        "Content-Type": "application/json",
    })
    urllib.request.urlopen(call)


app.run(port=int(os.environ.get("PORT", "3000")))
