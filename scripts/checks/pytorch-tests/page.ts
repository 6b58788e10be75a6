// Has a worker's interpreter find and run PyTorch's tests, for scripts/checks/pytorch-tests.mjs; a test that takes too long is interrupted.
import type { Answer, Files, Order } from './worker';

declare global {
  /** Starts an interpreter in the place of the one before. */
  var startTests: (files: Files) => Promise<void>;
  /** The text that code of Python gives, or null where there was none in time. */
  var askTests: (code: string, limit: number) => Promise<string | null>;
}

const SIGINT = 2;
/** How long an interrupted test has until its worker is ended, in milliseconds. */
const GRACE = 5000;
/** How long the interpreter may take to start, in milliseconds. */
const START = 600_000;

let worker: Worker | null = null;
let interrupts: Uint8Array | null = null;

/** The answer to an order; null where the worker gave none in time, and has been ended. */
function ask(order: Order, limit: number): Promise<Answer | null> {
  const asked = worker!;
  return new Promise((resolve) => {
    const end = (answer: Answer | null): void => {
      clearTimeout(first);
      clearTimeout(second);
      asked.onmessage = null;
      if (answer === null) asked.terminate();
      resolve(answer);
    };
    const first = setTimeout(() => {
      if (interrupts) interrupts[0] = SIGINT;
    }, limit);
    const second = setTimeout(() => end(null), limit + GRACE);
    asked.onmessage = ({ data }: MessageEvent<Answer>) => end(data);
    asked.postMessage(order);
  });
}

globalThis.startTests = async (files) => {
  worker?.terminate();
  worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  interrupts = null;
  const answer = await ask({ files }, START);
  if (!answer || !('interrupts' in answer)) throw new Error(answer && 'error' in answer ? answer.error : 'no answer');
  interrupts = answer.interrupts;
};

globalThis.askTests = async (code, limit) => {
  const answer = await ask({ code }, limit);
  if (answer && 'error' in answer) throw new Error(answer.error);
  return answer && 'text' in answer ? answer.text : null;
};
