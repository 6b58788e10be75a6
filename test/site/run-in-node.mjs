// Runs one program of the guide in Node, in the folder that it is started in: `node run-in-node.mjs FILE.ts`.
import process from 'node:process';
import { withModule } from '../../scripts/in-node.mjs';

const [, , file = ''] = process.argv;
await withModule(file, async () => {});
// Dawn keeps the process alive.
process.exit(0);
