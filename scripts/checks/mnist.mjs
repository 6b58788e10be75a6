// `npm run check -- mnist`: the training of the MNIST demo in headless Chrome, with its progress in the terminal.
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launchOptions, resolveBrowser } from '../browser.mjs';
import { oneOf, runCommand, UsageError, whole, writable } from '../options.mjs';
import { setup } from '../setup.mjs';
import { ProgressBar } from './mnist/progress-bar.mjs';

const usage = `Usage: npm run check -- mnist [options]

Trains a network of the MNIST page, on the GPU of a headless Chrome.

  --model NAME            simple, medium or complex: 676, 5,994
                          or 56,646 parameters            (default: simple)
  --epochs N              passes over the training set    (default: 5)
  --batch-size N          images a step                   (default: 1000)
  --limit N               use the first N training images (default: all 60,000)
  --lr X                  Adam's learning rate            (default: 0.001)
  --seed N                of weights and order            (default: 0)
  --json FILE             write the results as JSON
  --save FILE             where the weights go            (default: mnist-<model>.safetensors)
  --help                  show this text

Ctrl-C stops after the step under way, and saves what there is.`;

/** Exit status of a process that an interrupt has ended. */
const INTERRUPTED = 130;

/** @typedef {import('../../demos/mnist/protocol').EpochResult} EpochResult */
/** @typedef {Awaited<Window['__mnist']['outcome']>} Outcome */
/** @typedef {Parameters<NonNullable<Window['__mnistEvent']>>[0]} Reported */
/** @typedef {ReturnType<typeof options>} Options */

/** The latest loss, as the bar shows it. */
let loss = '';

await runCommand(usage, options, main);

/**
 * The options, or undefined where help is asked for.
 * @param {string[]} args
 */
function options(args) {
  const { values } = parseArgs({
    args,
    options: {
      model: { type: 'string', default: 'simple' },
      epochs: { type: 'string', default: '5' },
      'batch-size': { type: 'string', default: '1000' },
      limit: { type: 'string', default: '60000' },
      lr: { type: 'string', default: '0.001' },
      seed: { type: 'string', default: '0' },
      json: { type: 'string' },
      save: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const model = oneOf('model', values.model, /** @type {const} */ (['simple', 'medium', 'complex']));
  const lr = Number(values.lr);
  if (values.lr.trim() === '' || !(lr > 0 && Number.isFinite(lr))) {
    throw new UsageError(`--lr: expected a number above 0, but got '${values.lr}'`);
  }
  for (const name of /** @type {const} */ (['json', 'save'])) writable(name, values[name]);
  return {
    model,
    lr,
    epochs: whole('epochs', values.epochs, 1, 100_000),
    batchSize: whole('batch-size', values['batch-size'], 1, 60_000),
    limit: whole('limit', values.limit, 1, 60_000),
    seed: whole('seed', values.seed, 0, Number.MAX_SAFE_INTEGER),
    json: values.json,
    save: values.save ?? `mnist-${model}.safetensors`,
  };
}

/**
 * Trains, and returns the exit status.
 * @param {NonNullable<Options>} chosen
 */
async function main({ json, save, ...settings }) {
  setup();
  const { chromium } = await import('playwright');
  const found = await resolveBrowser({ log: console.log });
  const site = await serve();
  // An interrupt is for this process to answer: the browser has to live until the weights are out of it.
  const browser = await chromium.launch({ ...launchOptions(found), handleSIGINT: false, handleSIGTERM: false });
  const bar = new ProgressBar();
  let interrupts = 0;
  try {
    const page = await browser.newPage();
    const stop = () => {
      interrupts++;
      bar.clear();
      if (interrupts > 2) process.exit(INTERRUPTED);
      if (interrupts > 1) return;
      console.error('Stopping after this step …');
      page.evaluate(() => window.__mnist.stop()).catch(() => {});
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    /** @type {string[]} */
    const problems = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.exposeFunction('__mnistEvent', (/** @type {Reported} */ event) => show(event, bar, settings));
    const query = new URLSearchParams(Object.entries(settings).map(([name, value]) => [name, String(value)]));
    await page.goto(`${site.url}mnist/train.html?${query}`);
    console.log(`${title(settings)}\n${found.name}, in ${found.executablePath} ${found.version}\n`);
    if (!(await page.evaluate(() => '__mnist' in window))) {
      throw new Error(`The training page did not start:\n${problems.join('\n')}`);
    }
    const outcome = await page.evaluate(() => window.__mnist.outcome);
    bar.clear();
    for (const problem of problems) console.error(problem);
    return conclude(outcome, { json, save });
  } catch (error) {
    bar.clear();
    throw new Error(firstLines(error));
  } finally {
    await browser.close();
    await site.close();
  }
}

/** Serves the demos on a free port. */
async function serve() {
  const { createServer } = await import('vite');
  const server = await createServer({
    configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)),
    server: { port: 0, host: 'localhost', hmr: false, watch: null, open: false },
    logLevel: 'error',
  });
  await server.listen();
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('the demo server has no local address');
  return { url, close: () => server.close() };
}

/** @param {{ model: string, epochs: number, batchSize: number, limit: number, lr: number, seed: number }} settings */
function title({ model, epochs, batchSize, limit, lr, seed }) {
  const passes = epochs === 1 ? '1 epoch' : `${epochs} epochs`;
  return `MNIST, ${model} network: ${passes} of ${limit.toLocaleString('en')} images, batch ${batchSize}, Adam lr ${lr}, seed ${seed}`;
}

/**
 * @param {Reported} event
 * @param {ProgressBar} bar
 * @param {{ epochs: number }} settings
 */
function show(event, bar, { epochs }) {
  if (event.type === 'losses') loss = ` loss ${(event.losses.at(-1) ?? Number.NaN).toFixed(3)},`;
  if (event.type === 'step') {
    const { epoch, step, steps, imagesPerSecond = 0, secondsLeft = Number.NaN } = event;
    const left = Number.isFinite(secondsLeft) ? `, ${Math.ceil(secondsLeft)} s left` : '';
    const rate = Math.round(imagesPerSecond).toLocaleString('en');
    bar.draw(`Epoch ${epoch + 1}/${epochs}`, step / steps, `${step}/${steps},${loss} ${rate} images/s${left}`);
  }
  if (event.type === 'evaluating') {
    const { epoch, step, steps } = event;
    bar.draw(`Epoch ${epoch + 1}/${epochs}`, step / steps, `testing ${step}/${steps}`);
  }
  if (event.type === 'epoch') {
    bar.clear();
    console.log(`Epoch ${event.result.epoch + 1}/${epochs}: ${summary(event.result)}`);
  }
}

/** @param {EpochResult} result */
function summary({ trainLoss, testLoss, testAccuracy, seconds }) {
  return `train loss ${trainLoss.toFixed(3)}, test loss ${testLoss.toFixed(3)}, test accuracy ${testAccuracy.toFixed(4)}, ${seconds.toFixed(1)} s`;
}

/**
 * Prints the table, writes the files, and returns the exit status.
 * @param {Outcome} outcome
 * @param {{ json: string | undefined, save: string }} files
 */
function conclude({ report, stopped, weights }, { json, save }) {
  if (report.epochs.length > 0) console.log(table(report.epochs));
  if (report.perStep) {
    const { dispatches, submits, buffersCreated } = report.perStep;
    const created = buffersCreated === 1 ? 'buffer' : 'buffers';
    console.log(`\nA step: ${dispatches} dispatches in ${submits} submit(s), ${buffersCreated} new ${created}.`);
  }
  if (stopped) console.log(`\nStopped after ${report.epochs.length} whole epoch(s).`);
  if (weights) {
    writeFileSync(save, Buffer.from(weights, 'base64'));
    console.log(`Weights (${report.parameters?.toLocaleString('en')} parameters): ${save}`);
  } else {
    console.log('No weights saved: the network has not seen a batch.');
  }
  if (json) {
    writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
    console.log(`Results: ${json}`);
  }
  return stopped ? INTERRUPTED : 0;
}

/** @param {readonly EpochResult[]} epochs */
function table(epochs) {
  const rows = epochs.map(({ epoch, trainLoss, testLoss, testAccuracy, seconds }) => [
    String(epoch + 1),
    trainLoss.toFixed(3),
    testLoss.toFixed(3),
    testAccuracy.toFixed(4),
    seconds.toFixed(1),
  ]);
  const heads = ['epoch', 'train loss', 'test loss', 'test accuracy', 'seconds'];
  return [heads, ...rows]
    .map((row) => row.map((cell, i) => cell.padStart(heads[i]?.length ?? 0)).join('  '))
    .join('\n');
}

/**
 * What went wrong in the page, without the driver's call stack.
 * @param {unknown} error
 */
function firstLines(error) {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^page\.evaluate: /, '').split(/\n\s+at /)[0] ?? text;
}
