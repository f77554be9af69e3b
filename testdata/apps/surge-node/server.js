// A small booking assistant: it answers each text that arrives through Surge, once.
import express from 'express';
import Surge from '@surgeapi/node';

const { SURGE_ACCOUNT_ID: account, PORT: port = '3000' } = process.env;

// The client reads SURGE_API_KEY, SURGE_BASE_URL and SURGE_WEBHOOK_SIGNING_SECRET.
// maxRetries is 0 because by default it resends after timeouts and 5xx answers.
// The API has no idempotency key, so each resend may text the customer again.
const surge = new Surge({ maxRetries: 0, timeout: 5_000 });
if (!account || !surge.webhookSigningSecret) {
  throw new Error('set SURGE_ACCOUNT_ID and SURGE_WEBHOOK_SIGNING_SECRET');
}

// What a real app would keep in its database.
const seen = new Set(); // ids already handled
const consent = new Map(); // contact id -> { out, at }: the last STOP or START
const contacts = new Map(); // phone number -> contact id
let pending = 0; // texts taken but not yet answered

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
  // Surge waits only some seconds and resends what it is not sure of: acknowledge first.
  res.sendStatus(200);

  // A text is known by its message id, which stays the same in whatever event brings it.
  const id = event.type === 'message.received' ? event.data.id : req.headers['webhook-id'];
  if (alreadySeen(id)) return; // DEDUPE: without this line every duplicate is answered again

  if (event.type === 'message.received') receive(event);
  if (event.type === 'contact.opted_out') setConsent(event.data.id, true, event.timestamp);
  if (event.type === 'contact.opted_in') setConsent(event.data.id, false, event.timestamp);
});

// A text that the customer did not ask for, now or at a time (RFC 3339).
app.post('/notify', express.json(), (req, res) => {
  const { to, text, at } = req.body ?? {};
  if (!to || !text) return res.status(400).json({ error: 'to and text are needed' });
  const contact = contacts.get(to);
  if (consent.get(contact)?.out) return res.status(409).json({ error: 'the customer said STOP' });
  pending++;
  send({ to, body: text, ...(at && { send_at: at }) }, contact).finally(() => pending--);
  res.sendStatus(202);
});

app.get('/healthz', (req, res) => res.json({ ok: true }));
app.get('/debug/pending', (req, res) => res.json({ count: pending }));

function alreadySeen(id) {
  const known = seen.has(id);
  seen.add(id);
  return known;
}

// Webhooks can overtake each other: an older STOP or START never undoes a newer one.
function setConsent(contact, out, at) {
  const last = consent.get(contact);
  if (!last || last.at <= at) consent.set(contact, { out, at });
}

function receive({ data, timestamp }) {
  const contact = data.conversation.contact.id;
  contacts.set(data.conversation.contact.phone_number, contact);
  const text = (data.body ?? '').trim(); // null when there is only a picture
  const word = text.toUpperCase();
  // Surge itself answers these words, so this app stays silent.
  if (STOP.includes(word)) return setConsent(contact, true, timestamp);
  if (START.includes(word)) return setConsent(contact, false, timestamp);
  if (HELP.includes(word)) return;
  pending++;
  // The types ask for an object as conversation; the API also takes the plain id
  // and then answers from the number that the customer wrote to.
  send({ conversation: data.conversation.id, body: answerTo(text) }, contact).finally(() => pending--);
}

function answerTo(text) {
  const booking = text.match(/^book (.+) for (.+)$/i);
  if (booking) return `Booked ${booking[1]} for ${booking[2]}.`;
  if (/free/i.test(text)) return 'Yes, 3pm is free.';
  return 'Thanks, we will get back to you.';
}

// send texts once, unless the contact has said STOP. It tries again only where
// the API says that it took nothing: too many calls, or come back later. After
// any other failure the text may be out.
async function send(message, contact) {
  for (let tries = 1; !consent.get(contact)?.out; tries++) {
    try {
      await surge.messages.create(account, message);
      return;
    } catch (err) {
      const seconds = Number(err.headers?.get('retry-after')) || (err.status === 429 ? 1 : 0);
      if (![429, 503].includes(err.status) || !seconds || tries === 5) {
        return console.error(`not sent to ${message.to ?? message.conversation}: ${err.message}`);
      }
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }
}

app.listen(Number(port), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${port}`));
