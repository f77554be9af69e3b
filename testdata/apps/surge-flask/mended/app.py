"""A small booking assistant on Surge: each text is answered once, and nobody who said STOP is texted."""
import base64
import hmac
import json
import os
import re
import sqlite3
import threading
import time
import urllib.error
import urllib.request

from flask import Flask, request

env = os.environ
secret = base64.b64decode(env["SURGE_WEBHOOK_SIGNING_SECRET"].removeprefix("whsec_"))
messages_url = f"{env['SURGE_BASE_URL']}/accounts/{env['SURGE_ACCOUNT_ID']}/messages"

STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
START = {"START", "YES", "UNSTOP"}
HELP = {"HELP", "INFO"}


def database():
    db = sqlite3.connect(os.path.join(env.get("DATA_DIR", "."), "texts.db"), timeout=10, isolation_level=None)
    db.row_factory = sqlite3.Row
    return db


with database() as db:
    db.executescript("""
        pragma journal_mode = wal;
        create table if not exists seen (id text primary key);
        create table if not exists contact (id text primary key, number text, out int default 0, at text default '');
        create table if not exists outbox (id integer primary key, contact text, number text, message text, state text);
    """)

app = Flask(__name__)


@app.post("/webhooks/surge")
def surge_webhook():
    if not signed(request.headers, request.get_data()):
        return "bad signature", 401
    event = request.get_json(force=True)
    kind, data = event["type"], event["data"]
    if kind == "message.received":
        receive(data, event["timestamp"])
    elif kind == "conversation.created":
        with database() as db:
            meet(db, data["contact"])
    elif kind in ("contact.opted_out", "contact.opted_in"):
        with database() as db:
            choose(db, data["id"], kind == "contact.opted_out", event["timestamp"])
        settle(data["id"])
    return "", 200


def signed(headers, body):
    """The current scheme: several signatures may be there, and one that is old is no good."""
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > 300:
        return False
    content = f"{headers.get('webhook-id', '')}.{stamp}.".encode() + body
    right = base64.b64encode(hmac.digest(secret, content, "sha256")).decode()
    given = headers.get("webhook-signature", "").encode().split()
    return any(hmac.compare_digest(f"v1,{right}".encode(), one) for one in given)


def receive(data, at):
    """Writes down what is to be done, in one transaction with the id that makes a repeat known."""
    contact = data["conversation"]["contact"]
    text = (data["body"] or "").strip()  # null where there is only a picture
    word = text.upper()
    with database() as db:
        db.execute("begin immediate")
        if not db.execute("insert or ignore into seen values (?)", [data["id"]]).rowcount:
            db.execute("rollback")
            return
        meet(db, contact)
        if word in STOP | START:
            choose(db, contact["id"], word in STOP, at)
        elif word not in HELP:  # Surge answers these words itself
            put(db, contact["id"], None, {"conversation": data["conversation"]["id"], "body": answer_to(text)})
        db.execute("commit")
    settle(contact["id"]) if word in STOP else work(contact["id"])


def meet(db, contact):
    """Learns whose number it is: what Surge says of consent names only the contact."""
    db.execute("insert into contact (id, number) values (?, ?) on conflict do update set number = excluded.number",
               [contact["id"], contact["phone_number"]])


def choose(db, contact, out, at):
    """Webhooks can overtake each other: an older choice never undoes a newer one."""
    db.execute("insert into contact (id, out, at) values (?, ?, ?) on conflict do update"
               " set out = excluded.out, at = excluded.at where excluded.at >= at", [contact, out, at])


def put(db, contact, number, message):
    db.execute("insert into outbox (contact, number, message, state) values (?, ?, ?, 'new')",
               [contact, number, json.dumps(message)])


@app.post("/notify")
def notify():
    """A text that the customer did not ask for, now or at a time (RFC 3339)."""
    ask = request.get_json()
    message = {"to": ask["to"], "body": ask["text"]}
    if ask.get("at"):
        message["send_at"] = ask["at"]
    with database() as db:
        known = db.execute("select * from contact where number = ?", [ask["to"]]).fetchone()
        if known and known["out"]:
            return "the customer said STOP", 409
        who = known["id"] if known else ask["to"]
        put(db, who, ask["to"], message)
    work(who)
    return "", 202


@app.get("/healthz")
def healthz():
    return "ok"


@app.get("/pending")
def pending():
    with database() as db:
        count = db.execute("select count(*) from outbox where state = 'new'").fetchone()[0]
    return {"count": count}


def answer_to(text):
    booking = re.match(r"book (.+) for (.+)", text, re.I)
    if booking:
        return f"Booked {booking[1]} for {booking[2]}."
    return "Yes, 3pm is still available. Want me to book it?"


turns = {}  # contact -> held by whoever sends to it: one text after the other
calls = {}  # contact -> held while a call is open
guard = threading.Lock()


def lock(of, contact):
    with guard:
        return of.setdefault(contact, threading.Lock())


def settle(contact):
    """Waits for the call that is open, so that none begins after a STOP is acknowledged."""
    with lock(calls, contact):
        pass


def work(contact):
    threading.Thread(target=deliver, args=[contact], daemon=True).start()


def deliver(contact):
    """Sends all that waits for a contact, in order, each until Surge takes or refuses it.

    Surge has no idempotency key: whoever does not want to lose a text may send it twice.
    """
    with lock(turns, contact):
        while True:
            with database() as db:
                job = db.execute("select * from outbox where contact = ? and state = 'new' order by id", [contact]).fetchone()
            if not job:
                return
            for pause in [0.2, 0.4, 0.8, 1, 1, 1, 1, 1, 1, 1]:
                again, seconds = attempt(job)
                if not again:
                    break
                time.sleep(max(seconds, pause))
            with database() as db:
                db.execute("update outbox set state = 'done' where id = ?", [job["id"]])


def attempt(job):
    """Makes one call, unless the customer has left; says whether, and after how long, it may be made again."""
    with lock(calls, job["contact"]):
        with database() as db:
            if db.execute("select 1 from contact where (id = ? or number = ?) and out", [job["contact"], job["number"]]).fetchone():
                return False, 0
        post = urllib.request.Request(messages_url, job["message"].encode(), {
            "Authorization": "Bearer " + env["SURGE_API_KEY"], "Content-Type": "application/json"})
        try:
            urllib.request.urlopen(post, timeout=5).close()
            return False, 0
        except urllib.error.HTTPError as err:
            print("not sent:", err.code, err.read())
            return err.code == 429 or err.code >= 500, float(err.headers.get("Retry-After") or 0)
        except Exception as err:
            print("not known to be sent:", err)
            return True, 0


with database() as db:  # what the last process left undone
    for row in db.execute("select distinct contact from outbox where state = 'new'").fetchall():
        work(row["contact"])

app.run(port=int(env.get("PORT", "3000")), threaded=True)
