// The npm package "exotel", whose host is fixed: see redirect.cjs. It knows XML,
// gives the account's sid for a key, and sends from a number of its own.
import assert from 'node:assert/strict';
import { promisify } from 'node:util';
import exotel from 'exotel';
import { check, like, Sandbox } from './network.mjs';

const box = await Sandbox.make({ exotel: { unknown_from: 'default' } });
const { sid, token, number } = box.exotel;
const handset = '+919999900001';
const inbound = await box.receive('exotel');
const callbacks = await box.receiver();

// connect is the client for an account, with promises.
function connect(id, token) {
  const client = exotel({ id, token });
  return { send: promisify(client.sendSMS), details: promisify(client.checkSMS) };
}
const client = connect(sid, token);

const queued = {
  Sid: /^[0-9a-f]{32}$/, AccountSid: sid, To: '09999900001', Body: 'Your order & "4411"\nhas shipped', Direction: 'outbound-api',
  DateCreated: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, Status: 'queued', DetailedStatusCode: '21010', DetailedStatus: 'PENDING_TO_OPERATOR', Price: '', SmsUnits: '',
};

let message;
await check('sendSMS without a callback', async () => {
  message = await client.send(handset, queued.Body);
  like(message, queued);
  assert.equal(message.Uri, `/v1/Accounts/${sid}/SMS/Messages/${message.Sid}`);
});
await check('checkSMS before and after delivery', async () => {
  assert.deepEqual(await client.details(message.Sid), message);
  await box.advance('10s');
  const after = await client.details(message.Sid);
  like(after, { ...queued, Sid: message.Sid, Status: 'sent', DetailedStatusCode: '20005', DetailedStatus: 'DELIVERED_TO_HANDSET', SmsUnits: '1', Price: '0.18' });
  assert.match(after.DateSent, queued.DateCreated);
});
await check('sendSMS with a callback', async () => {
  const { Sid } = await client.send('9999900002', 'Hello', callbacks.url);
  await box.advance('10s');
  const [hook, ...more] = callbacks.drain();
  assert.equal(more.length, 0, 'one callback, at the final state');
  assert.deepEqual([hook.method, hook.headers['content-type']], ['POST', 'application/x-www-form-urlencoded']);
  const said = Object.fromEntries(new URLSearchParams(hook.body));
  like(said, { SmsSid: Sid, To: '09999900002', Status: 'sent', SmsUnits: '1', DetailedStatus: 'DELIVERED_TO_HANDSET', DetailedStatusCode: '20005', DateSent: /^\d{4}-/ });
});
await check('a number that is not in use', async () => {
  const { Sid } = await client.send('+919999923040', 'Hello', callbacks.url);
  await box.advance('10s');
  like(await client.details(Sid), { Status: 'failed', DetailedStatusCode: '23040', DetailedStatus: 'FAILED_SUBSCRIBER_UNKNOWN' });
  const [hook] = callbacks.drain();
  like(Object.fromEntries(new URLSearchParams(hook.body)), { SmsSid: Sid, Status: 'failed', DetailedStatusCode: '23040' });
});
await check('an inbound text', async () => {
  await box.text('exotel', handset, 'YES', number);
  const [hook] = inbound.drain();
  assert.deepEqual([hook.method, hook.headers['content-type']], ['POST', 'application/x-www-form-urlencoded']);
  const said = Object.fromEntries(new URLSearchParams(hook.body));
  like(said, { SmsSid: /^[0-9a-f]{32}$/, From: handset, To: number, Body: 'YES', AccountSid: sid, DateCreated: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:30$/ });
});

await check('errors are XML that the client can read', async () => {
  await assert.rejects(client.send(handset, ''), { message: /^400: .*Body/ });
  await assert.rejects(client.send('', 'Hello'), { message: /^400: .*To/ });
  await assert.rejects(client.send('12', 'Hello'), { message: '400: Invalid Recipient [12]' });
  await assert.rejects(connect(sid, 'wrong').send(handset, 'Hello'), { message: /^401: Authentication failed/ });
  await assert.rejects(connect('nobody', token).send(handset, 'Hello'), { message: /^40[13]: / });
});
await check('an empty account and throttling', async () => {
  await box.control('PUT', '/switches/exotel', { balance: '0' });
  await assert.rejects(client.send(handset, 'Hello'), { message: '403: Insufficient balance to send the SMS' });
  await box.control('PUT', '/switches/exotel', { balance: '1000' });
  await box.control('POST', '/faults', { kind: 'rate-limit', match: { provider: 'exotel' } });
  await assert.rejects(client.send(handset, 'Hello'), { message: /^429: / });
});
await check('an unknown sid is no error, and no message', async () => {
  assert.equal(await client.details('0'.repeat(32)), undefined);
});
