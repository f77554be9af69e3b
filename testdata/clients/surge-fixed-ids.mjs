// The ids that the vendor's clients have in their own tests, which nobody made:
// with the switch lenient_ids every operation takes them. The calls are made
// twice, because some of those clients have each test twice.
import Surge from '@surgeapi/node';
import { check } from './network.mjs';
import { open, refused } from './surge.mjs';

const account = 'acct_01j9a43avnfqzbjfch6pygv1td';
const changedAccount = 'acct_01jpqjvfg9enpt7pyxd60pcmxj';
const audience = 'aud_01j9a43avnfqzbjfch6pygv1td';
const campaignID = 'cpn_01k0qczvhbet4azgn5xm2ccfst';
const contact = 'ctc_01j9dy8mdzfn3r0e8x1tbdrdrf';
const user = 'usr_01j9dwavghe1ttppewekjjkfrx';
const tokenUser = 'usr_01jymgdfrpec2asc5m0z3a6fr9';
const recording = 'rec_01kfyc9dgdec1avkgs7tng8htg';
const number = '/phone_numbers/pn_01jsjwe4d9fx3tpymgtg958d9w';
const to = '+18015551234';

const campaign = {
  description: 'Bookings', consent_flow: 'A form.', volume: 'high', message_samples: ['See you at 3', 'Your chair is free'],
  use_cases: ['customer_care'], privacy_policy_url: 'https://example.com/p', terms_and_conditions_url: 'https://example.com/t',
  includes: ['links', 'phone_numbers'], link_sample: 'https://example.com/b/1',
};
const thread = {
  conversation: { contact: { phone_number: to, first_name: 'Ada', last_name: 'Vega', email: 'ada@example.com', metadata: { seat: '4a' } }, phone_number: '+18015556789' },
  attachments: [{ url: 'https://example.com/menu.gif' }], body: 'body', metadata: { foo: 'string' }, send_at: '2019-12-27T18:11:19.117Z',
};

const { surge } = await open({ lenient_ids: 'on', duplicate_contact: 'return' });
const calls = {
  'accounts.create': () => surge.accounts.create({ name: 'Account' }),
  'accounts.update': () => surge.accounts.update(changedAccount, {}),
  'accounts.retrieve': () => surge.get(`/accounts/${changedAccount}`),
  'accounts.list': () => surge.get('/accounts'),
  'accounts.retrieveStatus': () => surge.accounts.retrieveStatus(changedAccount, { capabilities: ['local_messaging'] }),
  'attachments.getFile': () => surge.get('/attachments/att_01kfyc9dgdec1avkgs7tng8htg/file').asResponse(),
  'audiences.create': () => surge.post(`/accounts/${account}/audiences`, { body: { name: 'Regulars' } }),
  'audiences.addContact': () => surge.post(`/audiences/${audience}/contacts`, { body: { id: contact } }),
  'audiences.listContacts': () => surge.get(`/audiences/${audience}/contacts`),
  'blasts.create': () => surge.blasts.create(account, {}),
  'campaigns.create': () => surge.campaigns.create(account, campaign),
  'campaigns.retrieve': () => surge.get(`/campaigns/${campaignID}`),
  'campaigns.update': () => surge.patch(`/campaigns/${campaignID}`, { body: campaign }),
  'campaigns.list': () => surge.get(`/accounts/${account}/campaigns`),
  'campaigns.resendBrandVerificationMessage': () => surge.post(`/accounts/${account}/brand_verification_messages`),
  'contacts.create': () => surge.contacts.create(account, { phone_number: to, first_name: 'Ada', metadata: { seat: '4a' } }),
  'contacts.retrieve': () => surge.contacts.retrieve(contact),
  'contacts.update': () => surge.contacts.update(contact, { phone_number: to, first_name: 'Ada' }),
  'contacts.list': () => surge.get(`/accounts/${account}/contacts`),
  'messages.create': () => surge.messages.create(account, { conversation: { contact: { phone_number: to } }, body: 'body' }),
  'messages.create with all that it takes': () => surge.messages.create(account, thread),
  'messages.retrieve': () => surge.messages.retrieve('msg_01j9e0m1m6fc38gsv2vkfqgzz2'),
  'messages.list': () => surge.get(`/accounts/${account}/messages`),
  'phoneNumbers.retrieve': () => surge.get(number),
  'phoneNumbers.update': () => surge.patch(number, { body: {} }),
  'phoneNumbers.list': () => surge.get(`/accounts/${account}/phone_numbers`),
  'phoneNumbers.listAvailableNumbers': () =>
    surge.get(`/accounts/${account}/available_phone_numbers`, { query: { type: 'local', after: 'after', before: 'before', area_code: '801', country: 'US' } }),
  'phoneNumbers.purchase': () => surge.phoneNumbers.purchase(account, {}),
  'phoneNumbers.release': () => surge.delete('/phone_numbers/pn_01j9a43avnfqzbjfch6pygv1td'),
  'recordings.retrieve': () => surge.get(`/recordings/${recording}`),
  'recordings.list': () => surge.get(`/accounts/${account}/recordings`),
  'recordings.delete': () => surge.delete(`/recordings/${recording}`),
  'recordings.getFile': () => surge.get(`/recordings/${recording}/file`).asResponse(),
  'users.create': () => surge.users.create(account, { first_name: 'Cleo', last_name: 'Ng', metadata: { desk: '2' }, photo_url: 'https://example.com/c.jpg' }),
  'users.retrieve': () => surge.users.retrieve(user),
  'users.update': () => surge.users.update(user, { first_name: 'Clea' }),
  'users.list': () => surge.get(`/accounts/${account}/users`),
  'users.delete': () => surge.delete(`/users/${user}`),
  'users.createToken': () => surge.users.createToken(tokenUser, {}),
  'verifications.create': () => surge.post(`/accounts/${account}/verifications`, { body: { phone_number: to } }),
  'verifications.create of older clients': () => surge.verifications.create({ phone_number: to }),
  'verifications.check': () => surge.verifications.check('vfn_01jayh15c2f2xamftg0xpyq1nj', { code: '123456' }),
};

for (const [name, call] of Object.entries(calls)) await check(name, call);
await check('all of them again', async () => {
  for (const call of Object.values(calls)) await call();
});
await check('accounts.archive', () => surge.accounts.archive(changedAccount));
await check('accounts.retrieveStatus of an archived account', calls['accounts.retrieveStatus']);
await check('without the switch nothing is there', async () => {
  const strict = await open();
  await refused(strict.surge.users.retrieve(user), Surge.NotFoundError, 404, 'not_found');
  await refused(strict.surge.messages.create(account, { to, body: 'x' }), Surge.NotFoundError, 404, 'account_not_found');
});
