import { read } from '../read.js';
import { train } from '../train.js';

document.querySelector('pre').textContent = [await train(), await read()].join('\n');
