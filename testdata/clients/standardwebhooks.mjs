// The reference library of Standard Webhooks for Node verifies what is signed by
// that scheme, also while the secret is changed, and nothing that is forged.
import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';
import { check, Sandbox } from './network.mjs';

const box = await Sandbox.make();
const hooks = await box.receive('surge');
const old = box.surge.secret;
const next = 'whsec_c3VyZ2UtZW11bGF0b3Itcm90YXRlZC1rZXktMzJieXQ=';
const handset = '+18015550142';

const rotate = (...secrets) => box.control('PUT', '/webhooks/surge', { url: hooks.url, secrets });

// texted returns the webhooks that a text brings.
async function texted(body) {
  await box.text('surge', handset, body);
  const all = hooks.drain();
  assert.ok(all.length > 0, 'no webhook came');
  return all;
}

const verify = (secret, hook) => new Webhook(secret).verify(hook.body, hook.headers);
const refuses = (secret, hook) => assert.throws(() => verify(secret, hook), { name: 'WebhookVerificationError' });

await check('one secret', async () => {
  for (const hook of await texted('One')) {
    assert.equal(verify(old, hook).id, hook.headers['webhook-id']);
    refuses(next, hook);
  }
});
await check('both secrets while it changes, in either order', async () => {
  for (const secrets of [[old, next], [next, old]]) {
    await rotate(...secrets);
    for (const hook of await texted('Two')) for (const secret of secrets) verify(secret, hook);
  }
});
await check('only the new secret afterwards', async () => {
  await rotate(next);
  for (const hook of await texted('Three')) {
    verify(next, hook);
    refuses(old, hook);
  }
});
await check('an attempt that is repeated is signed with what holds by then', async () => {
  await rotate(old);
  await box.control('POST', '/faults', { kind: 'lose-answer', match: { event: 'message.received' } });
  const [first] = await texted('Four');
  verify(old, first);
  await rotate(next);
  await box.advance('1m');
  const [second] = hooks.drain();
  assert.deepEqual([second.headers['webhook-id'], second.body], [first.headers['webhook-id'], first.body]);
  verify(next, second);
  refuses(old, second);
});
await check('a body of one byte more', async () => {
  for (const hook of await texted('Five')) refuses(next, { ...hook, body: `${hook.body} ` });
});
