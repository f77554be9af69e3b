// Every class of error that the vendor's own client has, from the calls and the
// faults that cause it.
import assert from 'node:assert/strict';
import Surge from '@surgeapi/node';
import { check, like } from './network.mjs';
import { ada, open, refused } from './surge.mjs';

const { box, surge, account } = await open();
const to = ada;
const body = 'Hello';
const send = (more, options) => surge.messages.create(account, { to, body, ...more }, options);
const unprocessable = (call, type) => refused(call, Surge.UnprocessableEntityError, 422, type);

await check('400: a body that is not JSON', async () => {
  const raw = surge.post(`/accounts/${account}/messages`, { body: '{"to":', headers: { 'content-type': 'application/json' } });
  await refused(raw, Surge.BadRequestError, 400, 'bad_request');
});
await check('401: no key and a wrong one', async () => {
  const wrong = surge.withOptions({ apiKey: 'sk_live_nobody' });
  await refused(wrong.contacts.retrieve('ctc_x'), Surge.AuthenticationError, 401, 'invalid_api_key');
  const none = surge.contacts.retrieve('ctc_x', { headers: { authorization: null } });
  await refused(none, Surge.AuthenticationError, 401, 'missing_api_key');
});
await check('403: a demo key and its number', async () => {
  const demo = surge.withOptions({ apiKey: box.surge.trial_key });
  await refused(demo.messages.create(account, { to, body, from: box.surge.number }), Surge.PermissionDeniedError, 403, 'demo_api_key');
  for (let n = 0; n < 25; n++) await demo.messages.create(account, { to, body });
  await refused(demo.messages.create(account, { to, body }), Surge.PermissionDeniedError, 403, 'demo_message_limit');
});
await check('404: an unknown id, account and route', async () => {
  await refused(surge.messages.retrieve('msg_01m0ftb9q8f078tpqd3136t7cx'), Surge.NotFoundError, 404, 'not_found');
  await refused(surge.users.retrieve('usr_01m0ftb9q8f078tpqd3136t7cx'), Surge.NotFoundError, 404, 'not_found');
  await refused(surge.blasts.create('acct_01j0000000fz18kkpy5qvfyzke', { to: [to], body }), Surge.NotFoundError, 404, 'account_not_found');
  await refused(surge.get('/no_such_path'), Surge.NotFoundError, 404, 'not_found');
});
await check('409 and 400: a code that was used, and wrong ones', async () => {
  const used = await surge.verifications.create({ phone_number: '+18015550146' });
  const { body: text } = await box.sent('surge', '+18015550146');
  const code = text.match(/\d{6}/)[0];
  await surge.verifications.check(used.id, { code });
  const again = await rejected(surge.verifications.check(used.id, { code }));
  assert.ok(again instanceof Surge.ConflictError);
  like(again.error, { result: 'already_verified' });

  const { id } = await surge.verifications.create({ phone_number: '+18015550147' });
  const wrong = { code: 'none' };
  for (const [result, status] of [['incorrect', 'pending'], ['incorrect', 'pending'], ['incorrect', 'exhausted'], ['exhausted', 'exhausted']]) {
    const err = await rejected(surge.verifications.check(id, wrong));
    assert.ok(err instanceof Surge.BadRequestError);
    like(err.error, { result, verification: { id, status } });
  }
});
await check('410: a change of an archived account', async () => {
  const { id } = await surge.accounts.create({ name: 'Closed' });
  await surge.accounts.archive(id);
  await refused(surge.accounts.update(id, { name: 'Open' }), Surge.APIError, 410, 'account_archived');
});

await check('422: fields', async () => {
  const { detail } = await unprocessable(send({ to: '0801', body: '' }), 'validation_error');
  like(detail, { to: [String], body: [String] });
  like(await unprocessable(surge.contacts.create(account, { phone_number: 'x' }), 'validation_error'), { detail: { phone_number: [String] } });
  like(await unprocessable(surge.accounts.create({}), 'validation_error'), { detail: { name: [String] } });
  like(await unprocessable(surge.users.create(account, {}), 'validation_error'), { detail: { first_name: [String] } });
  await unprocessable(surge.get(`/accounts/${account}/messages`, { query: { after: 'nonsense' } }), 'invalid_pagination');
});
await check('422: a contact that is there already', async () => {
  await surge.contacts.create(account, { phone_number: '+18015550148' });
  like(await unprocessable(surge.contacts.create(account, { phone_number: '+18015550148' }), 'validation_error'), { detail: { phone_number: [String] } });
});
await check('422: the sending number', async () => {
  await unprocessable(send({ from: '+18015550999' }), 'phone_number_not_found');
  await unprocessable(send({ from: 'pn_01j0000000fz18kkpy5qvfyzke' }), 'phone_number_not_found');
});
await check('422: links, schedules and attachments', async () => {
  await unprocessable(send({ body: `https://example.com/${'x'.repeat(1000)}` }), 'link_size_limit');
  const { now } = await box.control('GET', '/clock');
  const at = new Date(Date.parse(now) + 66 * 24 * 3600_000).toISOString();
  like(await unprocessable(send({ send_at: at }), 'validation_error'), { detail: { send_at: [String] } });
  like(await unprocessable(send({ attachments: [{ url: 'http://10.0.0.1/a.gif' }] }), 'validation_error'), { detail: Object });
});
await check('422: numbers and campaigns', async () => {
  const { id } = await surge.accounts.create({ name: 'Bare' });
  await unprocessable(surge.phoneNumbers.purchase(account, { phone_number: '+18015550100' }), 'no_matching_numbers');
  const campaign = {
    description: 'Bookings', consent_flow: 'A form.', volume: 'low', message_samples: ['See you at 3', 'Your chair is free'],
    use_cases: ['customer_care'], privacy_policy_url: 'https://example.com/p', terms_and_conditions_url: 'https://example.com/t',
  };
  await unprocessable(surge.campaigns.create(id, campaign), 'account_not_ready');
  const { id: reviewed } = await surge.campaigns.create(account, campaign);
  await box.advance('1m');
  await unprocessable(surge.patch(`/campaigns/${reviewed}`, { body: campaign }), 'campaign_locked');
});
await check('422: a contact that opted out', async () => {
  await surge.messages.create(account, { to: '+18015550149', body });
  await box.text('surge', '+18015550149', 'STOP');
  const refusal = await unprocessable(surge.messages.create(account, { to: '+18015550149', body }), 'opted_out');
  assert.equal(refusal.message, 'This contact has opted out of messages.');
  await box.text('surge', '+18015550149', 'START');
  await surge.messages.create(account, { to: '+18015550149', body });
});

const fault = (more) => box.control('POST', '/faults', { match: { provider: 'surge', route: 'POST /accounts/{account_id}/messages' }, ...more });
const accepted = async () => (await box.control('GET', '/journal?kind=accepted&limit=10000')).entries.length;

await check('429 and 500', async () => {
  await fault({ kind: 'rate-limit', retry_after: '7s' });
  const limited = await rejected(send());
  assert.ok(limited instanceof Surge.RateLimitError);
  assert.equal(limited.headers.get('retry-after'), '7');
  await fault({ kind: 'error-before', status: 500 });
  await refused(send(), Surge.InternalServerError, 500, 'internal_server_error');
});
await check('a connection that is cut after the message was taken', async () => {
  const before = await accepted();
  await fault({ kind: 'reset-after' });
  assert.ok((await rejected(send())) instanceof Surge.APIConnectionError);
  assert.equal(await accepted(), before + 1);
});
await check('the client repeats by itself, and that sends twice', async () => {
  const before = await accepted();
  await fault({ kind: 'error-after', status: 503 });
  await send({}, { maxRetries: 1 });
  assert.equal(await accepted(), before + 2);
});

async function rejected(call) {
  try {
    await call;
  } catch (err) {
    return err;
  }
  throw new assert.AssertionError({ message: 'the call was not refused' });
}
