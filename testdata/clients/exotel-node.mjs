// The npm package "exotel-node", whose host is fixed: see redirect.cjs. It looks
// at no status, so even an error must be XML with the usual root.
import assert from 'node:assert/strict';
import { promisify } from 'node:util';
import exotel from 'exotel-node';
import { check, like, Sandbox } from './network.mjs';

const box = await Sandbox.make();
const { sid, token, number } = box.exotel;
const send = promisify(exotel.sendSMS).bind(exotel);

exotel.init(sid, token, number);

await check('sendSMS from an ExoPhone', async () => {
  const message = await send('+919999900001', 'Your order has shipped');
  like(message, { Sid: /^[0-9a-f]{32}$/, AccountSid: sid, From: /^01140000000\/EMUSMS$/, To: '09999900001', Status: 'queued', DateSent: '1970-01-01 05:30:00' });
  like(await box.sent('exotel', '+919999900001'), { body: 'Your order has shipped', line: number });
});
await check('sendSMS from a sender id', async () => {
  exotel.init(sid, token, box.exotel.sender);
  like(await send('09999900002', 'Your order has shipped'), { From: /\/EMUSMS$/, To: '09999900002' });
});
await check('errors are XML that the client can read', async () => {
  assert.equal(await send('12', 'Hello'), undefined);
  exotel.init(sid, 'wrong', number);
  assert.equal(await send('+919999900001', 'Hello'), undefined);
});
await check('calls, which are not emulated, are refused in XML too', async () => {
  exotel.init(sid, token, number);
  assert.equal(await promisify(exotel.connectCall).call(exotel, '+919999900001', '+919999900002'), undefined);
  assert.equal(await promisify(exotel.getCallDetails).call(exotel, '0'.repeat(32)), undefined);
});
