// `npm run step-time`: how long the JavaScript of a training step takes until its work is submitted, in headless Chrome.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { withPage } from './in-page.mjs';

const usage = `Usage: npm run step-time -- [--batch-size N] [--steps N] [--warm-up N] [--json]

Prints the milliseconds of JavaScript in a training step, until its submit, for four models, after so many steps that the
browser has compiled what it interprets at first.`;

const { values } = parseArgs({
  options: {
    'batch-size': { type: 'string', default: '1' },
    steps: { type: 'string', default: '300' },
    'warm-up': { type: 'string', default: '300' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit();
}

await withPage('bench/step-time.html', async (page) => {
  await page.waitForFunction(() => 'stepTime' in window);
  const results = [];
  for (const model of /** @type {const} */ (['mlp', 'cnn', 'simple', 'complex'])) {
    const result = await page.evaluate(
      ([name, batchSize, steps, warmUp]) => window.stepTime(name, batchSize, steps, warmUp),
      /** @type {const} */ ([model, Number(values['batch-size']), Number(values.steps), Number(values['warm-up'])]),
    );
    results.push(result);
    if (values.json) continue;
    const { dispatches, median, min, max, early, flushMedian } = result;
    const ms = (/** @type {number} */ x) => `${x.toFixed(2)} ms`;
    console.log(
      `${model.padEnd(8)} ${String(dispatches).padStart(3)} dispatches   median ${ms(median)} (${ms(min)} to ${ms(max)}), of which flush to submit ${ms(flushMedian)}; steps 2 to 11 ${ms(early)}`,
    );
  }
  if (values.json) console.log(JSON.stringify(results, null, 2));
  else
    console.log(
      `Adapter: ${results[0]?.adapter}. Each step is waited for before the next, so that only JavaScript is timed.`,
    );
});
