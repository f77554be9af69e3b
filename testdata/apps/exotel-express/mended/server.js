// A small booking assistant on Exotel: each text is answered once, and nobody who said STOP is texted.
const express = require('express');
const { randomUUID } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const env = process.env;
const book = path.join(env.DATA_DIR || '.', 'texts.jsonl');
const STOP = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT', 'NO'];
const START = ['START', 'YES', 'UNSTOP'];

// What is known is a fold of the lines in the book, so a restart forgets nothing.
const seen = new Set(); // SmsSid of every text taken
const consent = new Map(); // customer -> { out, at }: the last STOP or START
const waiting = new Map(); // id -> text that is still to be sent
function apply({ took, choice, send, done }) {
  if (took) seen.add(took);
  // Webhooks can overtake each other: an older choice never undoes a newer one.
  if (choice && !(choice.at < consent.get(choice.who)?.at)) consent.set(choice.who, choice);
  if (send) waiting.set(send.id, send);
  if (done) waiting.delete(done);
}
function note(line) {
  fs.appendFileSync(book, JSON.stringify(line) + '\n');
  apply(line);
}
if (fs.existsSync(book)) fs.readFileSync(book, 'utf8').split('\n').filter(Boolean).forEach((line) => apply(JSON.parse(line)));

const app = express();

// Whatever type the body says it has, Exotel sends a form.
app.post('/sms/inbound', express.urlencoded({ extended: true, type: () => true }), async (req, res) => {
  const { SmsSid, From, To, Body, DateCreated } = req.body ?? {};
  if (!SmsSid || !From || !To || typeof Body !== 'string') return res.sendStatus(200); // not a text
  if (seen.has(SmsSid)) return res.sendStatus(200); // Exotel resends what it is not sure of

  const word = Body.trim().toUpperCase();
  if (STOP.includes(word) || START.includes(word)) {
    note({ took: SmsSid, choice: { who: From, out: STOP.includes(word), at: Date.parse(DateCreated) } });
    await underWay.get(From); // so that no call begins after the STOP is acknowledged
    return res.sendStatus(200);
  }
  // The answer leaves from the number that was written to, after the acknowledgement.
  const send = { id: SmsSid, from: To, to: From, body: answerTo(Body) };
  note({ took: SmsSid, send });
  res.sendStatus(200);
  enqueue(send);
});

// A text that the customer did not ask for.
app.post('/notify', express.json(), (req, res) => {
  const { to, text } = req.body ?? {};
  if (!to || !text) return res.status(400).send('to and text are needed');
  if (consent.get(to)?.out) return res.status(409).send('the customer said STOP');
  const send = { id: randomUUID(), from: env.EXOTEL_NUMBER, to, body: text };
  note({ send });
  res.sendStatus(202);
  enqueue(send);
});

app.get('/healthz', (req, res) => res.send('OK'));
app.get('/pending', (req, res) => res.json({ count: waiting.size }));

function answerTo(text) {
  if (text.trim().toUpperCase() === 'HELP') return 'Ask for a time, like: Is 3pm free? Reply STOP to leave.';
  const booking = text.match(/^book (.+) for (.+)$/i);
  if (booking) return `Booked ${booking[1]} for ${booking[2]}.`;
  return 'Yes, 3pm is free.';
}

const lanes = new Map(); // customer -> promise of what was to be sent so far: one after the other
const underWay = new Map(); // customer -> promise of the call that is open
function enqueue(send) {
  lanes.set(send.to, (lanes.get(send.to) ?? Promise.resolve()).then(() => deliver(send)));
}

// deliver tries until Exotel takes the text or refuses it. There is no
// idempotency key: whoever does not want to lose a text may send it twice.
async function deliver(send) {
  for (let tries = 1, pause = 0.2; tries <= 10 && !consent.get(send.to)?.out; tries++, pause = Math.min(2 * pause, 1)) {
    const call = post(send);
    underWay.set(send.to, call);
    const { again, seconds } = await call;
    underWay.delete(send.to);
    if (!again) break;
    await new Promise((resolve) => setTimeout(resolve, 1000 * Math.max(seconds, pause)));
  }
  note({ done: send.id });
}

// post makes one call and says whether, and after how long, it may be made again.
async function post({ from, to, body }) {
  try {
    const response = await fetch(`${env.EXOTEL_BASE_URL}/v1/Accounts/${env.EXOTEL_SID}/Sms/send.json`, {
      method: 'POST',
      headers: { Authorization: 'Basic ' + Buffer.from(`${env.EXOTEL_API_KEY}:${env.EXOTEL_API_TOKEN}`).toString('base64') },
      body: new URLSearchParams({ From: from, To: to, Body: body }),
      signal: AbortSignal.timeout(5_000),
    });
    if (!response.ok) console.error(`to ${to}: Exotel answered ${response.status}`);
    const again = response.status === 429 || response.status >= 500;
    return { again, seconds: Number(response.headers.get('retry-after')) || 0 };
  } catch (err) {
    console.error(`to ${to}: ${err.message}`);
    return { again: true, seconds: 0 };
  }
}

for (const send of waiting.values()) enqueue(send);
app.listen(Number(env.PORT || 3000), '127.0.0.1', () => console.log('listening'));
