import { train } from '../train.js';

document.querySelector('pre').textContent = await train();
