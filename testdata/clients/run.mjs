// Starts an emulator, holds every client against it, and stops it. The
// emulator's program is the first argument; more arguments name the clients to
// run instead of all.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

const clients = {
  'surge-node': ['node', 'surge-node.mjs'],
  'surge-errors': ['node', 'surge-errors.mjs'],
  'surge-webhooks': ['node', 'surge-webhooks.mjs'],
  'surge-fixed-ids': ['node', 'surge-fixed-ids.mjs'],
  standardwebhooks: ['node', 'standardwebhooks.mjs'],
  exotel: ['node', '--require', './redirect.cjs', 'exotel.mjs'],
  'exotel-node': ['node', '--require', './redirect.cjs', 'exotel-node.mjs'],
  // The interpreter that Debian's packages belong to, whatever else is in PATH.
  'exotel-python': ['/usr/bin/python3', 'exotel-python.py'],
};

const [program, ...names] = process.argv.slice(2);
if (!program) throw new Error('usage: node run.mjs SWITCHHOOK [CLIENT...]');

// start runs the emulator until it says where it listens.
async function start() {
  const child = spawn(program, ['serve', '--addr', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.on('error', (err) => {
    console.error(`could not start ${program}: ${err.message}`);
    process.exit(1);
  });
  process.on('exit', () => child.kill());
  for await (const line of createInterface({ input: child.stdout })) {
    const url = line.match(/listens on (http:\S+)/)?.[1];
    if (url) return { child, url };
  }
  throw new Error(`${program} ended without saying where it listens`);
}

function run(command, env) {
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), { cwd, stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', reject);
    child.on('exit', resolve);
  });
}

const { child, url } = await start();
child.stdout.resume(); // what nobody reads must not fill up and stop it
let failed = 0;
for (const name of names.length ? names : Object.keys(clients)) {
  if (!clients[name]) throw new Error(`${name} is no client; there are ${Object.keys(clients).join(', ')}`);
  const code = await run(clients[name], { SWITCHHOOK_URL: url });
  if (code !== 0) {
    console.error(`FAIL  ${name} ended with ${code}`);
    failed++;
  }
}
const ended = new Promise((resolve) => child.on('exit', resolve));
child.kill('SIGTERM');
await ended;
process.exitCode = failed ? 1 : 0;
