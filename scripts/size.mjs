// `npm run size`: what a page downloads until a program's first step has run, by room; beside it, what other libraries take for the same.
import { parseArgs } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import { launchOptions, resolveBrowser } from './browser.mjs';
import { list, oneOf, runCommand } from './options.mjs';
import { setup } from './setup.mjs';
import { built, bytesOf, rooms, visited } from './size/measure.mjs';
import { openPeers } from './size/peers.mjs';
import { programs } from './size/programs.mjs';

const names = programs.map(({ name }) => name);
const usage = `Usage: npm run size -- [options]

Builds programs with Vite, runs each in a headless browser until it prints, and says what the page has downloaded by then: "at once" is the
entry with what it imports, "later" what it asked for as it ran.

  --only NAMES  some of ${names.join(', ')}
  --peers       the same in jax-js, TensorFlow.js and onnxruntime-web, which are installed into bench/node_modules
  --help        show this text

${programs.map(({ name, title }) => `  ${name}  ${title}`).join('\n')}`;

const kB = (/** @type {number} */ bytes) => (bytes / 1000).toFixed(1).padStart(7);

/**
 * @param {import('./size/measure.mjs').Built} program
 * @param {import('./size/measure.mjs').Visit} visit
 */
function line(program, { first, later, rounds }) {
  const [once, after] = [bytesOf(program, first), bytesOf(program, later)];
  const brotli = (/** @type {readonly string[]} */ names) => kB(bytesOf(program, names, brotliCompressSync));
  const requests = `${first.length + later.length} files in ${rounds} rounds`;
  return `gzip ${kB(once)} at once +${kB(after)} later, brotli ${brotli(first)} +${brotli(later)}; ${requests}`;
}

/**
 * @param {import('./size/measure.mjs').Built} program
 * @param {import('./size/measure.mjs').Visit} visit
 */
function table(program, { first, later }) {
  const [once, after] = [rooms(program, first), rooms(program, later)];
  const all = new Set([...once.keys(), ...after.keys()]);
  return [...all].map((room) => `    ${room.padEnd(14)}${kB(once.get(room) ?? 0)}${kB(after.get(room) ?? 0)}`);
}

/** @param {string[]} args */
function options(args) {
  const { values } = parseArgs({
    args,
    options: { only: { type: 'string' }, peers: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) return undefined;
  const only = values.only === undefined ? names : list('only', values.only).map((name) => oneOf('only', name, names));
  return { only, peers: values.peers === true };
}

/** @param {{ only: readonly string[], peers: boolean }} chosen */
async function main({ only, peers: withPeers }) {
  setup();
  const { chromium } = await import('playwright');
  const browser = await chromium.launch(launchOptions(await resolveBrowser({ log: console.error })));
  try {
    const peers = withPeers ? await openPeers() : [];
    for (const { name, title, file, data } of programs.filter((program) => only.includes(program.name))) {
      const program = await built(file);
      const visit = await visited(browser, program, data);
      console.log(`\n(${name}) ${title}\n  Lamplight        ${line(program, visit)}`);
      for (const peer of peers.filter((one) => one.beside === name)) {
        const other = await peer.built();
        console.log(`  ${peer.library.padEnd(15)}  ${line(other, await visited(browser, other, peer.data))}`);
      }
      for (const row of table(program, visit)) console.log(row);
    }
  } finally {
    await browser.close();
  }
  return 0;
}

await runCommand(usage, options, main);
