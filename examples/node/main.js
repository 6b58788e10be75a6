import { train } from '../train.js';

console.log(await train());
// Dawn keeps the process alive while there is a device.
process.exit();
