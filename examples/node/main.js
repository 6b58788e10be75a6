import { Worker } from 'node:worker_threads';
import { read } from '../read.js';
import { train } from '../train.js';

console.log(await train());
console.log(await read(() => new Worker(new URL('../serve-squares.js', import.meta.url))));
// Dawn keeps the process alive while there is a device.
process.exit();
