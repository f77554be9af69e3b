// A small booking assistant on Exotel, as first written after the two-way SMS guide.
const express = require('express');

const { EXOTEL_BASE_URL, EXOTEL_SID, EXOTEL_API_KEY, EXOTEL_API_TOKEN, EXOTEL_NUMBER, PORT = 3000 } = process.env;

const app = express();
app.use(express.json());
app.use(express.urlencoded({ extended: true }));

const unsubscribed = {};

app.post('/sms/inbound', async (req, res) => {
  const { From, Body } = req.body;
  console.log(`Received SMS from ${From}: ${Body}`);

  if (Body.trim().toUpperCase() === 'STOP') {
    unsubscribed[From] = true;
  } else if (!unsubscribed[From]) {
    await sendSms(From, answerTo(Body));
  }
  res.status(200).send('OK');
});

// A reminder or the like: {"to": "+91…", "text": "See you tomorrow"}
app.post('/notify', async (req, res) => {
  await sendSms(req.body.to, req.body.text);
  res.status(200).send('OK');
});

app.get('/healthz', (req, res) => res.send('OK'));

function answerTo(text) {
  if (text.trim().toUpperCase() === 'HELP') return 'Ask for a time, like: Is 3pm free? Reply STOP to leave.';
  const booking = text.match(/^book (.+) for (.+)$/i);
  if (booking) return `Booked ${booking[1]} for ${booking[2]}.`;
  return 'Yes, 3pm is free.';
}

async function sendSms(to, body) {
  const response = await fetch(`${EXOTEL_BASE_URL}/v1/Accounts/${EXOTEL_SID}/Sms/send.json`, {
    method: 'POST',
    headers: { Authorization: 'Basic ' + Buffer.from(`${EXOTEL_API_KEY}:${EXOTEL_API_TOKEN}`).toString('base64') },
    body: new URLSearchParams({ From: EXOTEL_NUMBER, To: to, Body: body }),
  });
  if (!response.ok) throw new Error(`Exotel answered ${response.status}`);
}

app.listen(PORT, '127.0.0.1', () => console.log(`Listening on port ${PORT}`));
