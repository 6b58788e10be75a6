// Trains in Node, on the GPU of this machine.
import { train } from './spirals.js';

const { network, accuracy } = await train(500, (step, loss) => {
  console.log(`step ${step}: loss ${loss.toFixed(4)}`);
});
console.log(`${network}`);
console.log(`Done: ${(100 * accuracy).toFixed(1)} % of the points are right.`);
// The GPU's driver keeps the process alive while there is a device.
process.exit();
