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
  const text = (data.body ?? '').trim(); // null when there is only a picture
  const word = text.toUpperCase();
  // Surge itself answers these words, so this app stays silent.
  if (STOP.includes(word)) return setConsent(contact, true, timestamp);
  if (START.includes(word)) return setConsent(contact, false, timestamp);
  if (HELP.includes(word)) return;
  pending++;
  reply(data.conversation.id, contact, answerTo(text)).finally(() => pending--);
}

function answerTo(text) {
  const booking = text.match(/^book (.+) for (.+)$/i);
  if (booking) return `Booked ${booking[1]} for ${booking[2]}.`;
  if (/free/i.test(text)) return 'Yes, 3pm is free.';
  return 'Thanks, we will get back to you.';
}

// reply sends once. It tries again only where the API says that it took nothing:
// too many calls, or come back later. After any other failure the text may be out.
async function reply(conversation, contact, body) {
  for (let tries = 1; !consent.get(contact)?.out; tries++) {
    try {
      // The types ask for an object here; the API also takes the plain id and
      // then answers from the number that the customer wrote to.
      await surge.messages.create(account, { conversation, body });
      return;
    } catch (err) {
      const seconds = Number(err.headers?.get('retry-after')) || (err.status === 429 ? 1 : 0);
      if (![429, 503].includes(err.status) || !seconds || tries === 5) {
        return console.error(`no reply in ${conversation}: ${err.message}`);
      }
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }
}

app.listen(Number(port), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${port}`));
