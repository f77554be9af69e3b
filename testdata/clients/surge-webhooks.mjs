// Webhooks of every type that texts, campaigns and links bring, each unwrapped
// by the vendor's own client, also while the signing secret is changed.
import assert from 'node:assert/strict';
import { check, like } from './network.mjs';
import { ada, open, patterns } from './surge.mjs';

const { box, surge, account } = await open();
const hooks = await box.receive('surge');
const number = { id: /^pn_/, number: box.surge.number, type: 'local', name: String };
const conversation = { id: /^cnv_/, contact: { id: /^ctc_/, phone_number: ada, metadata: Object, outbound_disabled: false }, phone_number: number };
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

// unwrapped returns what came since the last time, verified and parsed.
function unwrapped() {
  return hooks.drain().map((hook) => {
    assert.equal(hook.headers['content-type'].split(';')[0], 'application/json');
    const event = surge.webhooks.unwrap(hook.body, { headers: hook.headers });
    like(event, { id: hook.headers['webhook-id'], account_id: account, timestamp: instant, data: Object });
    return event;
  });
}

// came holds that exactly these came, in this order, and returns what they say.
function came(...types) {
  const events = unwrapped();
  assert.deepEqual(events.map((e) => e.type), types);
  return events.map((e) => e.data);
}

let thread;
await check('message.received begins a conversation', async () => {
  await box.text('surge', ada, 'Is 3pm free?');
  const [begun, received] = came('conversation.created', 'message.received');
  like(begun, conversation);
  like(received, { id: /^msg_/, body: 'Is 3pm free?', attachments: [], metadata: Object, received_at: instant, blast_id: null, conversation });
  assert.equal(received.conversation.id, begun.id);
  thread = begun.id;
});
await check('the answer is sent and delivered', async () => {
  const message = await surge.messages.create(account, { conversation: thread, body: 'Yes', metadata: { order: '17' } });
  await box.advance('10s');
  const [sent, delivered] = came('message.sent', 'message.delivered');
  const same = { id: message.id, body: 'Yes', metadata: { order: '17' }, attachments: [], conversation: { ...conversation, id: thread } };
  like(sent, { ...same, sent_at: instant });
  like(delivered, { ...same, delivered_at: instant });
  const again = await surge.messages.retrieve(message.id);
  like(sent.conversation.contact, again.conversation.contact);
});
await check('a handset out of reach', async () => {
  await box.control('PUT', `/handsets/${encodeURIComponent(ada)}`, { reachable: false });
  await surge.messages.create(account, { to: ada, body: 'There?' });
  await box.advance('10s');
  const events = came('message.sent', 'message.failed');
  like(events[1], { body: 'There?', failed_at: instant, failure_reason: 'unreachable_destination', conversation });
  await box.control('PUT', `/handsets/${encodeURIComponent(ada)}`, { reachable: true });
});
await check('STOP and START', async () => {
  await box.text('surge', ada, 'stop');
  like(came('contact.opted_out', 'message.received')[0], { id: /^ctc_/ });
  await box.text('surge', ada, 'START');
  like(came('contact.opted_in', 'message.received')[0], { id: /^ctc_/ });
});
await check('a scheduled message tells nothing before its time', async () => {
  const { now } = await box.control('GET', '/clock');
  await surge.messages.create(account, { to: ada, body: 'Later', send_at: new Date(Date.parse(now) + 3600_000).toISOString() });
  await box.advance('59m');
  came();
  await box.advance('2m');
  came('message.sent', 'message.delivered');
});
await check('a blast', async () => {
  const blast = await surge.blasts.create(account, { to: [ada], body: 'Open again' });
  await box.advance('10s');
  for (const data of came('message.sent', 'message.delivered')) like(data, { blast_id: blast.id, body: 'Open again' });
});
await check('a short link is followed once', async () => {
  const sent = await surge.messages.create(account, { to: ada, body: 'See https://example.com/menu', settings: { link_shortening: 'enabled' } });
  await box.advance('10s');
  came('message.sent', 'message.delivered');
  const { body } = await surge.messages.retrieve(sent.id);
  const [short] = body.match(/http:\S+/);
  for (let n = 0; n < 2; n++) {
    const res = await fetch(short, { redirect: 'manual' });
    assert.deepEqual([res.status, res.headers.get('location')], [302, 'https://example.com/menu']);
  }
  await box.advance('1s');
  like(came('link.followed')[0], { id: /^lnk_/, url: 'https://example.com/menu', message_id: sent.id, message: { id: sent.id } });
});
await check('a campaign is approved and takes the numbers', async () => {
  const campaign = await surge.campaigns.create(account, {
    description: 'Bookings', consent_flow: 'A form.', volume: 'low', message_samples: ['See you at 3', 'Your chair is free'],
    use_cases: ['customer_care'], privacy_policy_url: 'https://example.com/p', terms_and_conditions_url: 'https://example.com/t',
  });
  await box.advance('3m');
  const attached = 'phone_number.attached_to_campaign';
  const [approved, ...numbers] = came('campaign.approved', attached, attached);
  like(approved, { id: campaign.id, status: 'active' });
  for (const data of numbers) like(data, { ...patterns.number, campaign_id: campaign.id, campaign: { id: campaign.id, attachment_status: 'attached' } });
  assert.deepEqual(numbers.map((n) => n.number).sort(), [box.surge.number, box.surge.number2].sort());
});
await check('a retry keeps the id and the body', async () => {
  await box.control('POST', '/faults', { kind: 'lose-answer', match: { event: 'message.received' } });
  await box.text('surge', ada, 'Hello?');
  await box.advance('1m');
  const [first, second, ...rest] = hooks.drain();
  assert.equal(rest.length, 0);
  for (const hook of [first, second]) surge.webhooks.unwrap(hook.body, { headers: hook.headers });
  assert.equal(second.headers['webhook-id'], first.headers['webhook-id']);
  assert.equal(second.body, first.body);
});

const old = box.surge.secret;
const next = 'whsec_c3VyZ2UtZW11bGF0b3Itcm90YXRlZC1rZXktMzJieXQ=';
const rotate = (...secrets) => box.control('PUT', '/webhooks/surge', { url: hooks.url, secrets });

await check('while the secret changes both verify, and afterwards only the new one', async () => {
  await rotate(old, next);
  await box.text('surge', ada, 'One');
  const [both] = hooks.drain();
  assert.equal(both.headers['webhook-signature'].split(' ').length, 2);
  for (const key of [old, next]) like(surge.webhooks.unwrap(both.body, { headers: both.headers, key }), { type: 'message.received' });
  await rotate(next);
  await box.text('surge', ada, 'Two');
  const [after] = hooks.drain();
  surge.webhooks.unwrap(after.body, { headers: after.headers, key: next });
  assert.throws(() => surge.webhooks.unwrap(after.body, { headers: after.headers, key: old }));
  await rotate(old);
});
await check('what is forged does not verify', async () => {
  for (const kind of ['bad-signature', 'no-signature', 'stale-time', 'future-time', 'body-changed']) {
    await box.control('POST', '/faults', { kind, match: { event: 'message.received' } });
    await box.text('surge', ada, kind);
    const forged = hooks.drain();
    assert.ok(forged.length > 0, kind);
    const bad = forged.filter((hook) => {
      try {
        surge.webhooks.unwrap(hook.body, { headers: hook.headers });
        return false;
      } catch {
        return true;
      }
    });
    assert.equal(bad.length, 1, `${kind}: ${bad.length} of ${forged.length} are refused`);
    await box.advance('10m');
    hooks.drain();
  }
});
