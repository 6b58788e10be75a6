// `npm run bench`: TensorFlow.js, jax-js, Lamplight and hand-written kernels side by side, in one headless Chrome or in Node.
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { openBrowser, openNode, openServer, packages, version } from './bench-places.mjs';
import { list, oneOf, runCommand, UsageError, whole, writable } from './options.mjs';
import { setup } from './setup.mjs';

const usage = `Usage: npm run bench -- [options]

Runs every row of a table in every library, compares the results, and prints a Markdown report.

  --table NAME     main: products, convolutions, normalisation, training steps;
                   odd: sizes and geometries that suit no tile, and AlexNet's layers;
                   scaling: time against batch size, image size and channels;
                   large: what fills a real GPU, as a share of its peak;
                   networks: whole networks forward, a batch of eight, training steps;
                   interpret: attributions, beside a plain loop over samples;
                   trainer: a step of lamplight/lightning's Trainer beside that of a loop by hand    (default: main)
  --rows a,b       only these rows, or all whose names begin so: matmul, elementwise, conv, conv-a, …  (default: all)
  --libs a,b       only these libraries: tfjs, jax-js, ort-webgpu, ort-wasm, lamplight, plain-loop, hand-written
                   (default: all that have a part); ort-webgpu and ort-wasm are onnxruntime-web's WebGPU provider, and
                   its WASM provider on one thread, which computes on the processor and is there for orientation
  --repeats N      measured steps a row and library; in trainer, turns      (default: 9 in main, 15 in trainer, else 5)
  --node           in Node through Dawn (the package \`webgpu\`), not in a browser; TensorFlow.js and onnxruntime-web do not run there
  --md FILE        write the report there, too, after each row
  --json FILE      write every figure as JSON, after each row
  --svg FILE       draw the table \`scaling\`
  --help           show this text

The peers are installed into bench/node_modules when they are first needed. The exit status is 1 if a row fails or the
libraries disagree.`;

/** @typedef {import('../bench/libraries/library').LibraryName} LibraryName */
/** @typedef {import('../bench/report').Report} Report */
/** @typedef {import('../bench/rows').TableName} TableName */
/** @typedef {import('./bench-places.mjs').Server} Server */

const known = /** @type {LibraryName[]} */ (Object.keys(packages));

/** Those that run in a page alone. @type {readonly LibraryName[]} */
const inPages = ['tfjs', 'ort-webgpu', 'ort-wasm'];

/** How many times as many repeats short steps have, unless their number is asked for. */
const MORE_REPEATS = 5;

/** Turns of the loops in the table `trainer`. */
const TURNS = 15;

/** Adapters that are a processor. */
const processors = /swiftshader|llvmpipe|lavapipe|basic render/i;

await runCommand(usage, options, main);

/** @param {string[]} args */
function options(args) {
  const { values } = parseArgs({
    args,
    options: {
      table: { type: 'string', default: 'main' },
      rows: { type: 'string' },
      libs: { type: 'string' },
      repeats: { type: 'string' },
      node: { type: 'boolean', default: false },
      md: { type: 'string' },
      json: { type: 'string' },
      svg: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { node, md, json, svg } = values;
  const table = oneOf(
    'table',
    values.table,
    /** @type {(TableName | 'trainer')[]} */ (['main', 'odd', 'scaling', 'large', 'networks', 'interpret', 'trainer']),
  );
  for (const [name, file] of Object.entries({ md, json, svg })) writable(name, file);
  if (svg !== undefined && table !== 'scaling') throw new UsageError('--svg: only the table scaling is drawn');
  const libraries =
    values.libs === undefined ? undefined : list('libs', values.libs).map((name) => library(name, node));
  const repeats = values.repeats === undefined ? undefined : whole('repeats', values.repeats, 1, 1000);
  const rows = values.rows === undefined ? undefined : list('rows', values.rows);
  return { table, rows, libraries, repeats, node, md, json, svg };
}

/**
 * @param {string} name
 * @param {boolean} node
 */
function library(name, node) {
  return oneOf('libs', name, node ? known.filter((candidate) => !inPages.includes(candidate)) : known);
}

/**
 * @param {NonNullable<ReturnType<typeof options>>} chosen
 * @returns {Promise<number>} the exit status
 */
async function main({ table, rows: asked, libraries: wanted, repeats: steps, node, md, json, svg }) {
  setup();
  const alone = table === 'trainer' || table === 'interpret';
  const server = await openServer(alone ? [] : (wanted ?? known));
  const place = await (node ? openNode() : openBrowser(server));
  try {
    if (table === 'trainer') return await trainer(server, place, { rows: asked, turns: steps ?? TURNS, md, json });
    const offer = place.tables[table];
    const rows = select(offer.rows, asked);
    const libraries = known.filter(
      (name) => (wanted ?? offer.libraries).includes(name) && !(node && inPages.includes(name)),
    );
    const repeats = steps ?? offer.repeats;
    const software = processors.test(place.adapter);
    const gpuTimes = node && (table === 'large' || !software);
    const mostRepeats = steps ?? MORE_REPEATS * repeats;
    const settings = { libraries, repeats, mostRepeats, budget: offer.budget, gpuTimes, software };
    /** @type {Report} */
    const report = {
      table,
      date: new Date().toISOString().slice(0, 16).replace('T', ' '),
      runtime: place.runtime,
      adapter: place.adapter,
      processor: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
      load: [loadavg()[0] ?? 0, 0],
      repeats,
      libraries: libraries.map((name) => ({ name, version: version(name) })),
      rows: [],
    };
    for (const [i, name] of rows.entries()) {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${i + 1}/${rows.length} ${name}`);
      report.rows.push(await place.measure(table, name, settings));
      report.load[1] = loadavg()[0] ?? 0;
      await save(server, report, { md, json, svg: undefined });
    }
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    process.stdout.write(await save(server, report, { md, json, svg }));
    const errors = report.rows.flatMap(({ error }) => error ?? []);
    for (const error of errors) console.error(error);
    return errors.length > 0 ? 1 : 0;
  } finally {
    await place.close();
    await server.close();
  }
}

/**
 * The rows that are asked for, in the order of the report.
 * @param {readonly string[]} rows
 * @param {readonly string[] | undefined} asked
 */
function select(rows, asked) {
  if (!asked) return rows;
  /** @type {(row: string, name: string) => boolean} */
  const matches = (row, name) => row === name || row.startsWith(`${name}-`);
  const unknown = asked.find((name) => !rows.some((row) => matches(row, name)));
  if (unknown !== undefined) throw new UsageError(`--rows: expected some of ${rows.join(', ')}, but got '${unknown}'`);
  return rows.filter((row) => asked.some((name) => matches(row, name)));
}

/**
 * Steps of the Trainer beside those of loops by hand.
 * @param {Server} server
 * @param {import('./bench-places.mjs').Place} place
 * @param {{ rows: readonly string[] | undefined, turns: number, md: string | undefined, json: string | undefined }} options
 */
async function trainer(server, place, { rows, turns, md, json }) {
  const reports = [];
  const before = loadavg()[0] ?? 0;
  for (const name of select(place.loops, rows)) reports.push(await place.measureLoops(name, turns));
  const { loopsMarkdown } = /** @type {typeof import('../bench/loops/report')} */ (
    await server.ssrLoadModule('/loops/report.ts')
  );
  const text = `${[
    '# Benchmark: the Trainer',
    `lamplight ${version('lamplight')}. ${place.runtime}, adapter ${place.adapter}; ${cpus().length} × ${cpus()[0]?.model.trim()}; load average ${before.toFixed(1)} before and ${(loadavg()[0] ?? 0).toFixed(1)} after. Medians of ${turns} turns, in each of which every loop does its steps until the GPU is done.`,
    ...loopsMarkdown(reports),
  ].join('\n\n')}\n`;
  process.stdout.write(text);
  if (md) writeFileSync(md, text);
  if (json) writeFileSync(json, `${JSON.stringify(reports, null, 2)}\n`);
  return 0;
}

/**
 * Writes the files, which thus hold the rows that are done when a run is stopped.
 * @param {Server} server
 * @param {Report} report
 * @param {{ md: string | undefined, json: string | undefined, svg: string | undefined }} files
 * @returns {Promise<string>} the report as text
 */
async function save(server, report, { md, json, svg }) {
  const { markdown, drawing } = /** @type {typeof import('../bench/report')} */ (
    await server.ssrLoadModule('/report.ts')
  );
  const text = markdown(report);
  if (md) writeFileSync(md, text);
  if (json) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  if (svg) writeFileSync(svg, drawing(report));
  return text;
}
