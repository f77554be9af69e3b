// Loaded before clients whose host is fixed: what they ask of that host by
// https goes to the emulator, by http and with the Host header as it was.
const http = require('node:http');
const https = require('node:https');

const fixed = 'twilix.exotel.in';
const emulator = new URL(process.env.SWITCHHOOK_URL);
const original = https.request;

https.request = function (options, ...rest) {
  if ((options.hostname ?? options.host) !== fixed) return original.call(https, options, ...rest);
  const headers = { ...options.headers, host: fixed };
  const { hostname, port } = emulator;
  return http.request({ ...options, protocol: 'http:', hostname, host: hostname, port, headers, agent: undefined }, ...rest);
};
