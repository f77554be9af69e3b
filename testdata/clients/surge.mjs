// What the scripts for Surge share.
import assert from 'node:assert/strict';
import Surge from '@surgeapi/node';
import { Sandbox } from './network.mjs';

export const ada = '+18015550142'; // a handset

// What answers and webhooks look like wherever they come from.
export const patterns = {
  contact: {
    id: /^ctc_/, phone_number: /^\+1/, metadata: Object, outbound_disabled: Boolean,
  },
  message: {
    id: /^msg_[0-9a-z]{26}$/, attachments: Object, metadata: Object,
    conversation: { id: /^cnv_/, contact: { id: /^ctc_/, phone_number: /^\+1/ }, phone_number: { id: /^pn_/, number: /^\+1/, name: String } },
  },
  number: { id: /^pn_/, number: /^\+1/, name: String, type: /^(local|toll_free)$/ },
};

// open makes a sandbox and the vendor's client for it. The client does not
// repeat calls unless a check is about that.
export async function open(switches = {}) {
  const box = await Sandbox.make({ surge: switches });
  const { url, key, account, secret } = box.surge;
  const surge = new Surge({ baseURL: url, apiKey: key, webhookSigningSecret: secret, maxRetries: 0 });
  return { box, surge, account };
}

// refused holds that a call is refused with a class of the client, a status
// and, in the body, a type.
export async function refused(call, kind, status, type) {
  try {
    await call;
  } catch (err) {
    if (!(err instanceof Surge.APIError)) throw err;
    assert.deepEqual([err.constructor.name, err.status, err.error?.error?.type], [kind.name, status, type]);
    assert.equal(typeof err.error.error.message, 'string');
    return err.error.error;
  }
  throw new assert.AssertionError({ message: `not refused with ${status} ${type}` });
}
