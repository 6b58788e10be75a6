// A worker of tests in Node that reads for copies of data sets: what it is asked for, after a while that is never the same.
import { serveCopies } from '../../../src/torch/data/worker/serve-copies';

serveCopies((state) => async (address) => {
  const i = address as number;
  await new Promise((resolve) => setTimeout(resolve, (7 * i) % 5));
  return { of: state, i };
});
