// The page in which the libraries run side by side. It is opened anew for every row, so that none inherits another's caches.
import { type Runner, runner } from './runner';
import { wrapWebGpu } from './webgpu-calls';

declare global {
  interface Window {
    bench: Runner;
  }
}

wrapWebGpu();

window.bench = runner;
