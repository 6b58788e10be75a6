// `npm run check -- data-wait`: how much of its time a CNN's training loop waits for pictures, with and without workers, in headless Chrome.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { withPage } from '../in-page.mjs';

const usage = `Usage: npm run check -- data-wait [--batch-size N] [--steps N] [--workers 0,1,2] [--json]

Prints the share of the time of training steps that goes into waiting for their batches: PNG files that are read, decoded,
cropped and flipped at random, for each number of workers.`;

const { values } = parseArgs({
  options: {
    'batch-size': { type: 'string', default: '16' },
    steps: { type: 'string', default: '40' },
    workers: { type: 'string', default: '0,1,2' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit();
}

await withPage('bench/data-wait.html', async (page) => {
  await page.waitForFunction(() => 'dataWait' in window);
  const results = [];
  for (const numWorkers of values.workers.split(',').map(Number)) {
    const result = await page.evaluate(
      ([workers, batchSize, steps]) => window.dataWait(workers, batchSize, steps),
      /** @type {const} */ ([numWorkers, Number(values['batch-size']), Number(values.steps)]),
    );
    results.push(result);
    if (values.json) continue;
    const { total, waited, steps } = result;
    const each = (/** @type {number} */ ms) => `${(ms / steps).toFixed(2)} ms`;
    console.log(
      `numWorkers ${numWorkers}   waits for data ${((100 * waited) / total).toFixed(1).padStart(5)} % of the time: ${each(waited)} of ${each(total)} a step`,
    );
  }
  if (values.json) console.log(JSON.stringify(results, null, 2));
  else console.log(`Adapter: ${results[0]?.adapter}.`);
});
