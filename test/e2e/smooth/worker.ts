// Trains from the moment that the page calls it until it is told to stop.
import { expose } from 'lamplight/worker';
import { train } from './training';

export const training = expose((ready: () => void, signal: AbortSignal) => train(ready, () => signal.aborted));
