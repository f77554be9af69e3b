// The vendor's own client for Node over every resource that it has, and by its
// get, post and so on over those that only its newer versions name.
import assert from 'node:assert/strict';
import { check, like } from './network.mjs';
import { ada, open, patterns } from './surge.mjs';

const { box, surge, account } = await open({ page_size: '2' });
const { number, number2 } = box.surge;

// pages follows the cursors of a list as newer clients do.
async function pages(path) {
  const items = [];
  for (let after; ; ) {
    const page = await surge.get(path, { query: after && { after } });
    items.push(...page.data);
    after = page.pagination.next_cursor;
    if (!after || !page.data.length) return items;
  }
}

let sent;
await check('messages.create to a contact', async () => {
  sent = await surge.messages.create(account, {
    conversation: { contact: { phone_number: ada, first_name: 'Ada', metadata: { seat: '4a' } }, phone_number: number2 },
    body: 'Hi {first_name}, see you at 3', metadata: { order: '17' },
  });
  like(sent, patterns.message);
  like(sent, {
    body: 'Hi Ada, see you at 3', metadata: { order: '17' }, attachments: [], blast_id: null,
    conversation: { contact: { phone_number: ada, first_name: 'Ada', metadata: { seat: '4a' } }, phone_number: { number: number2, type: 'local' } },
  });
});
await check('messages.retrieve', async () => assert.deepEqual(await surge.messages.retrieve(sent.id), sent));
await check('messages.create to a number', async () => {
  const message = await surge.messages.create(account, { to: ada, from: number2, body: 'By number' });
  assert.equal(message.conversation.id, sent.conversation.id, 'the same two numbers are one conversation');
});
await check('messages.create in a conversation, by its plain id', async () => {
  const message = await surge.messages.create(account, { conversation: sent.conversation.id, body: 'By thread' });
  like(message, { conversation: { id: sent.conversation.id, phone_number: { number: number2 } } });
});
await check('messages.create with an attachment and no text', async () => {
  const message = await surge.messages.create(account, { to: ada, attachments: [{ url: 'https://example.com/menu.gif' }] });
  like(message, { body: null, attachments: [{ id: /^att_/, type: 'image', url: /^http/ }], conversation: { phone_number: { number } } });
  const file = await fetch(message.attachments[0].url, { redirect: 'manual' });
  assert.deepEqual([file.status, file.headers.get('location')], [302, 'https://example.com/menu.gif']);
});
await check('messages.create for later', async () => {
  const { now } = await box.control('GET', '/clock');
  const at = new Date(Date.parse(now) + 3600_000).toISOString();
  const later = await surge.messages.create(account, { to: '+18015550177', body: 'Later', send_at: at });
  like(later, patterns.message);
  assert.deepEqual(await surge.messages.retrieve(later.id), later);
});
await check('a list of messages in pages', async () => {
  const all = await pages(`/accounts/${account}/messages`);
  assert.equal(all.length, 5);
  assert.deepEqual(all.at(-1), sent, 'the oldest comes last');
  const first = await surge.get(`/accounts/${account}/messages`);
  const second = await surge.get(`/accounts/${account}/messages`, { query: { after: first.pagination.next_cursor } });
  const back = await surge.get(`/accounts/${account}/messages`, { query: { before: second.pagination.previous_cursor } });
  assert.deepEqual(back.data, first.data);
  assert.equal(first.pagination.previous_cursor, null);
});

let ben;
await check('contacts.create', async () => {
  ben = await surge.contacts.create(account, { phone_number: '+18015550143', first_name: 'Ben', email: 'ben@example.com', metadata: { a: 'b' } });
  like(ben, patterns.contact);
  like(ben, { phone_number: '+18015550143', first_name: 'Ben', last_name: null, email: 'ben@example.com', metadata: { a: 'b' }, outbound_disabled: false });
});
await check('contacts.update and contacts.retrieve', async () => {
  const changed = await surge.contacts.update(ben.id, { phone_number: ben.phone_number, last_name: 'Vega' });
  assert.deepEqual(changed, { ...ben, last_name: 'Vega' });
  assert.deepEqual(await surge.contacts.retrieve(ben.id), changed);
});
await check('a list of contacts', async () => {
  const all = await pages(`/accounts/${account}/contacts`);
  assert.deepEqual(all.map((c) => c.phone_number).sort(), [ada, '+18015550143', '+18015550177']);
});

let family;
await check('an audience', async () => {
  family = await surge.post(`/accounts/${account}/audiences`, { body: { name: 'Regulars' } });
  like(family, { id: /^aud_/, name: 'Regulars' });
  const added = await surge.post(`/audiences/${family.id}/contacts`, { body: { id: ben.id } });
  assert.equal(added.id, ben.id);
  assert.deepEqual((await pages(`/audiences/${family.id}/contacts`)).map((c) => c.id), [ben.id]);
});
await check('blasts.create', async () => {
  const blast = await surge.blasts.create(account, { to: [family.id, ben.id, ada], body: 'Open again', name: 'spring' });
  like(blast, { id: /^bst_/, attachments: [], body: 'Open again', name: 'spring', send_at: null });
  const made = (await pages(`/accounts/${account}/messages`)).filter((m) => m.blast_id === blast.id);
  assert.deepEqual(made.map((m) => m.conversation.contact.phone_number).sort(), [ada, ben.phone_number]);
});

let second;
await check('accounts.create', async () => {
  second = await surge.accounts.create({ name: 'Second', brand_name: 'Second Inc', time_zone: 'America/Denver' });
  like(second, { id: /^acct_/, name: 'Second', brand_name: 'Second Inc', time_zone: 'America/Denver', organization: { type: null, address: Object, contact: Object } });
});
await check('accounts.retrieveStatus of a bare account', async () => {
  const { capabilities } = await surge.accounts.retrieveStatus(second.id, { capabilities: ['local_messaging'] });
  like(capabilities, { local_messaging: { status: 'incomplete', errors: Object } });
  assert.ok(capabilities.local_messaging.fields_needed.every((f) => typeof f === 'string'));
  assert.ok(capabilities.local_messaging.fields_needed.length > 0);
});
await check('accounts.update', async () => {
  const organization = {
    registered_name: 'Second LLC', type: 'llc', country: 'US', email: 'a@example.com', website: 'https://example.com',
    identifier: '12-3456789', identifier_type: 'ein', industry: 'retail', mobile_number: ada, regions_of_operation: ['usa_and_canada'],
    address: { name: 'Second', line1: '1 Main St', locality: 'Provo', region: 'UT', postal_code: '84601', country: 'US' },
    contact: { first_name: 'Ada', last_name: 'Vega', email: 'a@example.com', phone_number: ada, title: 'ceo' },
  };
  const changed = await surge.accounts.update(second.id, { organization });
  like(changed, { id: second.id, name: 'Second', organization });
  const { capabilities } = await surge.accounts.retrieveStatus(second.id, { capabilities: ['local_messaging'] });
  like(capabilities, { local_messaging: { status: 'ready', errors: [], fields_needed: [] } });
});
await check('accounts by id and in a list', async () => {
  like(await surge.get(`/accounts/${second.id}`), { id: second.id, brand_name: 'Second Inc' });
  assert.deepEqual((await pages('/accounts')).map((a) => a.id).sort(), [account, second.id].sort());
});
await check('phoneNumbers.purchase', async () => {
  const bought = await surge.phoneNumbers.purchase(second.id, { type: 'local', area_code: '801' });
  like(bought, { ...patterns.number, number: /^\+1801/, type: 'local', campaign_id: null });
  const { data } = await surge.get(`/accounts/${second.id}/available_phone_numbers`, { query: { type: 'toll_free' } });
  like(data[0], { country: 'US', number: /^\+18/, type: 'toll_free' });
  const exact = await surge.phoneNumbers.purchase(second.id, { phone_number: data[0].number, name: 'Desk' });
  like(exact, { number: data[0].number, type: 'toll_free', name: 'Desk' });
  assert.deepEqual((await pages(`/accounts/${second.id}/phone_numbers`)).map((n) => n.id).sort(), [bought.id, exact.id].sort());
  like(await surge.patch(`/phone_numbers/${exact.id}`, { body: { name: 'Door' } }), { id: exact.id, name: 'Door' });
  like(await surge.delete(`/phone_numbers/${exact.id}`), { id: exact.id });
  assert.deepEqual((await pages(`/accounts/${second.id}/phone_numbers`)).map((n) => n.id), [bought.id]);
});
await check('campaigns.create', async () => {
  const wanted = {
    description: 'Bookings of a barber', consent_flow: 'People tick a box on our page.', volume: 'low',
    message_samples: ['See you at 3', 'Your chair is free'], use_cases: ['customer_care', 'account_notification'],
    privacy_policy_url: 'https://example.com/privacy', terms_and_conditions_url: 'https://example.com/terms',
    includes: ['links'], link_sample: 'https://example.com/b/1',
  };
  const campaign = await surge.campaigns.create(second.id, wanted);
  like(campaign, { id: /^cpn_/, status: 'created', ...wanted });
  assert.deepEqual(await surge.get(`/campaigns/${campaign.id}`), campaign);
  like(await surge.patch(`/campaigns/${campaign.id}`, { body: { ...wanted, volume: 'high' } }), { volume: 'high' });
  assert.deepEqual((await pages(`/accounts/${second.id}/campaigns`)).map((c) => c.id), [campaign.id]);
  like(await surge.campaigns.create(second.id, { tcr_id: 'C123ABC' }), { id: /^cpn_/, status: 'created' });
});
await check('accounts.archive', async () => like(await surge.accounts.archive(second.id), { id: second.id, name: 'Second' }));

await check('users and their tokens', async () => {
  const user = await surge.users.create(account, { first_name: 'Cleo', last_name: 'Ng', metadata: { desk: '2' }, photo_url: 'https://example.com/c.jpg' });
  like(user, { id: /^usr_/, first_name: 'Cleo', last_name: 'Ng', metadata: { desk: '2' }, photo_url: 'https://example.com/c.jpg' });
  const changed = await surge.users.update(user.id, { first_name: 'Clea' });
  assert.deepEqual(changed, { ...user, first_name: 'Clea' });
  assert.deepEqual(await surge.users.retrieve(user.id), changed);
  const { token } = await surge.users.createToken(user.id, { duration_seconds: 60 });
  const [head, claims] = token.split('.', 2).map((part) => JSON.parse(Buffer.from(part, 'base64url')));
  like(head, { alg: 'EdDSA', kid: /^sgn_/ });
  like(claims, { sub: user.id, exp: Number });
  assert.deepEqual((await pages(`/accounts/${account}/users`)).map((u) => u.id), [user.id]);
  like(await surge.delete(`/users/${user.id}`), { id: user.id });
});

await check('verifications.create and verifications.check', async () => {
  const started = await surge.verifications.create({ phone_number: '+18015550144' });
  like(started, { id: /^vfn_/, phone_number: '+18015550144', status: 'pending', attempt_count: 0 });
  const { body } = await box.sent('surge', '+18015550144');
  const done = await surge.verifications.check(started.id, { code: body.match(/\d{6}/)[0] });
  like(done, { result: 'ok', verification: { id: started.id, status: 'verified', attempt_count: 1 } });
  await surge.post(`/accounts/${account}/verifications`, { body: { phone_number: '+18015550145' } });
});
await check('a list of recordings', async () => assert.deepEqual(await pages(`/accounts/${account}/recordings`), []));
await check('the brand code is sent again', async () => {
  assert.deepEqual(await surge.post(`/accounts/${account}/brand_verification_messages`), { status: 'enqueued' });
});
