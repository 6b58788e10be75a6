// Trains in a worker from the moment it starts until it is told to stop.
import { train } from './training';

let stop = false;
self.onmessage = () => {
  stop = true;
};
train(
  () => self.postMessage({ ready: true }),
  () => stop,
).then(
  (steps) => self.postMessage({ steps }),
  (error: Error) => self.postMessage({ error: error.message }),
);
