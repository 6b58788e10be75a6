// The worker: it trains, and gives the page numbers alone.
import { expose } from 'lamplight/worker';
import { chances } from './map';
import { train } from './spirals';

export const training = {
  /** Trains, tells `report` the loss now and then, and gives the share of right points with a map of size × size chances. */
  async run(steps: number, size: number, report: (step: number, loss: number) => void) {
    const { network, accuracy } = await train(steps, report);
    return { accuracy, map: await chances(network, size) };
  },
};

expose(training);
