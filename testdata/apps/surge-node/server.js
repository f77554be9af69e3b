// A small booking assistant: it answers each text that arrives through Surge, once.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import express from 'express';
import Surge from '@surgeapi/node';

const { SURGE_ACCOUNT_ID: account, PORT: port = '3000', DATA_DIR: dir = '.' } = process.env;

// The client reads SURGE_API_KEY, SURGE_BASE_URL and SURGE_WEBHOOK_SIGNING_SECRET.
// maxRetries is 0 because by default it resends after timeouts and 5xx answers.
// The API has no idempotency key, so each resend may text the customer again.
const surge = new Surge({ maxRetries: 0, timeout: 5_000 });
if (!account || !surge.webhookSigningSecret) {
  throw new Error('set SURGE_ACCOUNT_ID and SURGE_WEBHOOK_SIGNING_SECRET');
}

// What is known is a fold of the lines in the book, so a restart forgets nothing.
const book = path.join(dir, 'bookings.jsonl');
const seen = new Set(); // ids already handled
const consent = new Map(); // contact id -> { out, at }: the last STOP or START
const contacts = new Map(); // phone number -> contact id
const waiting = new Map(); // id -> text that is still to be sent
function apply({ took, choice, contact, send, done }) {
  if (took) seen.add(took);
  // Webhooks can overtake each other: an older STOP or START never undoes a newer one.
  if (choice && !(choice.at < consent.get(choice.who)?.at)) consent.set(choice.who, choice);
  if (contact) contacts.set(contact.number, contact.id);
  if (send) waiting.set(send.id, send);
  if (done) waiting.delete(done);
}
function note(line) {
  fs.appendFileSync(book, JSON.stringify(line) + '\n');
  apply(line);
}
if (fs.existsSync(book)) fs.readFileSync(book, 'utf8').split('\n').filter(Boolean).forEach((line) => apply(JSON.parse(line)));

const STOP = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'];
const START = ['START', 'YES', 'UNSTOP'];
const HELP = ['HELP', 'INFO'];

const app = express();

// The signature covers the raw bytes, so the body must not be parsed before.
app.post('/webhooks/surge', express.raw({ type: () => true, limit: '1mb' }), (req, res) => {
  let event;
  try {
    event = surge.webhooks.unwrap(String(req.body), { headers: req.headers });
  } catch {
    return res.status(401).send('bad signature');
  }
  // A text is known by its message id, which stays the same in whatever event brings it.
  const id = event.type === 'message.received' ? event.data.id : req.headers['webhook-id'];
  // Surge resends what it is not sure of.
  if (seen.has(id)) return res.sendStatus(200); // DEDUPE: without this line every duplicate is answered again

  const line = { took: id };
  if (event.type === 'message.received') Object.assign(line, receive(event));
  if (event.type === 'contact.opted_out') line.choice = { who: event.data.id, out: true, at: event.timestamp };
  if (event.type === 'contact.opted_in') line.choice = { who: event.data.id, out: false, at: event.timestamp };
  note(line);
  // Surge waits only some seconds: what is written down is acknowledged, and worked on afterwards.
  res.sendStatus(200);
  if (line.send) enqueue(line.send);
});

// A text that the customer did not ask for, now or at a time (RFC 3339).
app.post('/notify', express.json(), (req, res) => {
  const { to, text, at } = req.body ?? {};
  if (!to || !text) return res.status(400).json({ error: 'to and text are needed' });
  const contact = contacts.get(to);
  if (consent.get(contact)?.out) return res.status(409).json({ error: 'the customer said STOP' });
  const send = { id: randomUUID(), contact, message: { to, body: text, ...(at && { send_at: at }) } };
  note({ send });
  res.sendStatus(202);
  enqueue(send);
});

app.get('/healthz', (req, res) => res.json({ ok: true }));
app.get('/debug/pending', (req, res) => res.json({ count: waiting.size }));

// receive says what a text changes.
function receive({ data, timestamp }) {
  const { id, phone_number: number } = data.conversation.contact;
  const contact = { id, number };
  const text = (data.body ?? '').trim(); // null when there is only a picture
  const word = text.toUpperCase();
  // Surge itself answers these words, so this app stays silent.
  if (STOP.includes(word)) return { contact, choice: { who: id, out: true, at: timestamp } };
  if (START.includes(word)) return { contact, choice: { who: id, out: false, at: timestamp } };
  if (HELP.includes(word)) return { contact };
  // The types ask for an object as conversation; the API also takes the plain id
  // and then answers from the number that the customer wrote to.
  return { contact, send: { id: data.id, contact: id, message: { conversation: data.conversation.id, body: answerTo(text) } } };
}

function answerTo(text) {
  const booking = text.match(/^book (.+) for (.+)$/i);
  if (booking) return `Booked ${booking[1]} for ${booking[2]}.`;
  if (/free/i.test(text)) return 'Yes, 3pm is free.';
  return 'Thanks, we will get back to you.';
}

const lanes = new Map(); // contact -> promise of what was to be sent so far: one after the other
function enqueue(send) {
  const lane = send.contact ?? send.message.to;
  lanes.set(lane, (lanes.get(lane) ?? Promise.resolve()).then(() => deliver(send)));
}

// deliver texts once, unless the contact has said STOP. It tries again only where
// the API says that it took nothing: too many calls. After any other failure the
// text may be out, and so it may after a restart, if the call had begun.
async function deliver({ id, contact, message }) {
  for (let tries = 1; tries <= 5 && !consent.get(contact)?.out; tries++) {
    note({ done: id }); // before the call: rather never than twice
    waiting.set(id, { id }); // but it is still under way
    try {
      await surge.messages.create(account, message);
      break;
    } catch (err) {
      if (err.status !== 429) {
        console.error(`not sent to ${message.to ?? message.conversation}: ${err.message}`);
        break;
      }
      note({ send: { id, contact, message } }); // for certain not made
      await new Promise((resolve) => setTimeout(resolve, (Number(err.headers?.get('retry-after')) || 1) * 1000));
    }
  }
  note({ done: id });
}

for (const send of waiting.values()) enqueue(send);
app.listen(Number(port), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${port}`));
