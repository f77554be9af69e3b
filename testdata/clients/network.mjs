// What every script here needs: a sandbox of its own, a receiver for webhooks,
// and checks that print a line each.
import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';

const emulator = process.env.SWITCHHOOK_URL;
if (!emulator) throw new Error('set SWITCHHOOK_URL to a running emulator, or start run.mjs');

const client = path.basename(process.argv[1], '.mjs');

// check runs one check. The first that fails ends the script.
export async function check(what, run) {
  try {
    await run();
    console.log(`ok    ${client}: ${what}`);
  } catch (err) {
    console.error(`FAIL  ${client}: ${what}\n${err.stack ?? err}`);
    process.exit(1);
  }
}

// Sandbox is one isolated world, through the control API. Its clock is manual:
// after advance, all that was due on the way has happened and was answered.
export class Sandbox {
  static async make(switches = {}) {
    const known = await call('POST', '/sandboxes', { clock: { mode: 'manual', start: 'now' }, switches });
    return new Sandbox(known);
  }

  constructor(known) {
    Object.assign(this, known); // the credentials of each provider
  }

  control(method, rest, body) {
    return call(method, `/sandboxes/${this.id}${rest}`, body);
  }

  // receive opens an endpoint and sends a provider's webhooks to it.
  async receive(provider) {
    const hooks = await this.receiver();
    await this.control('PUT', `/webhooks/${provider}`, { url: hooks.url });
    return hooks;
  }

  // receiver opens an endpoint that nothing is sent to yet.
  receiver() {
    return Receiver.open();
  }

  // text sends a text from a handset and lets its webhooks out.
  async text(provider, from, body, to) {
    await this.control('POST', `/handsets/${encodeURIComponent(from)}/messages`, { provider, body, to });
    await this.advance('1s');
  }

  advance(by) {
    return this.control('POST', '/clock/advance', { by });
  }

  // sent waits for an MT to a handset and returns it.
  async sent(provider, handset) {
    const where = { kind: 'message', direction: 'mt', provider, handset };
    const { held, entries } = await this.control('POST', '/journal/wait', { where });
    assert.ok(held, `no text to ${handset}`);
    return entries.at(-1).message;
  }
}

async function call(method, rest, body) {
  const res = await fetch(`${emulator}/_switchhook/v1${rest}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const text = await res.text();
  if (!res.ok) throw new Error(`${method} ${rest}: ${res.status} ${text}`);
  return text && JSON.parse(text);
}

// Receiver keeps the webhooks that arrive, raw, and answers 200 to all.
class Receiver {
  static async open() {
    const hooks = new Receiver();
    const server = http.createServer((req, res) => hooks.take(req, res));
    server.unref(); // neither it nor its connections keep a script alive
    server.on('connection', (socket) => socket.unref());
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    hooks.url = `http://127.0.0.1:${server.address().port}/webhooks`;
    return hooks;
  }

  seen = [];

  async take(req, res) {
    let body = '';
    for await (const part of req.setEncoding('utf8')) body += part;
    this.seen.push({ method: req.method, url: req.url, headers: req.headers, body });
    res.end();
  }

  // drain returns what came since the last time.
  drain() {
    return this.seen.splice(0);
  }
}

// like holds a value against a pattern: a constructor stands for its type, an
// expression for text that it matches, an object for the fields that must be
// there. Fields that no pattern names are free.
export function like(value, pattern, at = 'answer') {
  if (pattern instanceof RegExp) return assert.match(value, pattern, `${at}: ${value} is not ${pattern}`);
  if (typeof pattern === 'function') {
    return assert.equal(typeof value, pattern.name.toLowerCase(), `${at} is ${JSON.stringify(value)}, not a ${pattern.name}`);
  }
  if (pattern === null || typeof pattern !== 'object') return assert.equal(value, pattern, `${at} is ${JSON.stringify(value)}, not ${pattern}`);
  assert.ok(value !== null && typeof value === 'object', `${at} is ${JSON.stringify(value)}, not an object`);
  if (Array.isArray(pattern)) assert.equal(value.length, pattern.length, `${at} has ${value.length} items, not ${pattern.length}`);
  for (const [name, part] of Object.entries(pattern)) like(value[name], part, `${at}.${name}`);
}
