// `npm run check -- step-time`: how long the host takes for a training step until its work is submitted, in TypeScript and in Python, in headless Chrome.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { withPage } from '../in-page.mjs';

const usage = `Usage: npm run check -- step-time [--batch-size N] [--steps N] [--warm-up N] [--json]

Prints the milliseconds of JavaScript in a training step, until its submit, for four models, after so many steps that the
browser has compiled what it interprets at first; then the same for two of them in Python, and what an operation costs in a
loop of Python, with and without the turns that it gives the page.`;

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
  for (const model of /** @type {const} */ (['mlp', 'cnn', 'simple', 'complex', 'mlp.py', 'cnn.py'])) {
    const result = await page.evaluate(
      ([name, batchSize, steps, warmUp]) => window.stepTime(name, batchSize, steps, warmUp),
      /** @type {const} */ ([model, Number(values['batch-size']), Number(values.steps), Number(values['warm-up'])]),
    );
    results.push(result);
    if (values.json) continue;
    const { dispatches, submits, median, min, max, early, flushMedian } = result;
    const ms = (/** @type {number} */ x) => `${x.toFixed(2)} ms`;
    console.log(
      `${model.padEnd(8)} ${String(dispatches).padStart(3)} dispatches, ${submits} submit   median ${ms(median)} (${ms(min)} to ${ms(max)}), of which flush to submit ${ms(flushMedian)}; steps 2 to 11 ${ms(early)}`,
    );
  }
  const turn = await page.evaluate(() => window.turnTime());
  if (values.json) console.log(JSON.stringify({ steps: results, turn }, null, 2));
  else {
    console.log(
      `python   an operation in a loop: ${turn.turns.toFixed(1)} µs, of which turns of the page every 50 ms ${(turn.turns - turn.none).toFixed(1)} µs`,
    );
    console.log(
      `Adapter: ${results[0]?.adapter}. Each step is waited for before the next, so that only the host is timed.`,
    );
  }
});
