// One row of the benchmark in a Node process of its own; started by bench-places.mjs, which it sends its answer.
import process from 'node:process';
import { openServer } from './bench-places.mjs';

process.once(
  'message',
  async (/** @type {{ job: Parameters<import('../bench/runner').Runner['measure']> | null }} */ { job }) => {
    const server = await openServer([]);
    const { openNode } = /** @type {typeof import('../bench/node')} */ (await server.ssrLoadModule('/node.ts'));
    const runner = await openNode();
    const answer =
      runner && (job ? await runner.measure(...job) : { tables: runner.tables, adapter: await runner.adapter() });
    // Dawn keeps a process alive as long as there is a device.
    process.send?.(answer, () => process.exit());
  },
);
