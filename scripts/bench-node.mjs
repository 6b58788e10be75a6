// One row of the benchmark in a Node process of its own; started by bench-places.mjs, which it sends its answer.
import process from 'node:process';
import { openServer } from './bench-places.mjs';

process.once('message', async (/** @type {{ job: import('./bench-places.mjs').Job | null }} */ { job }) => {
  const server = await openServer([]);
  const { openNode } = /** @type {typeof import('../bench/node')} */ (await server.ssrLoadModule('/node.ts'));
  const runner = await openNode();
  const answer = runner && (await answerOf(runner, job));
  // Dawn keeps a process alive as long as there is a device.
  process.send?.(answer, () => process.exit());
});

/**
 * @param {import('../bench/runner').Runner} runner
 * @param {import('./bench-places.mjs').Job | null} job
 */
async function answerOf(runner, job) {
  if (!job) return { tables: runner.tables, loops: runner.loops, adapter: await runner.adapter() };
  return 'measure' in job ? runner.measure(...job.measure) : runner.measureLoops(...job.measureLoops);
}
