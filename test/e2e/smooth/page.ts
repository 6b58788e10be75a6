// A page that draws at every frame while a model trains, in a worker or beside it, and notes the gaps between frames.
import { connect } from 'lamplight/worker';
import { type Steps, train } from './training';
import type { training } from './worker';

export interface Smoothness extends Steps {
  /** Milliseconds between one frame and the next. */
  readonly gaps: number[];
}

declare global {
  interface Window {
    smooth(place: 'worker' | 'page', milliseconds: number): Promise<Smoothness>;
  }
}

/** Draws a moving square until `stopped()`. */
async function draw(stopped: () => boolean): Promise<number[]> {
  const context = document.querySelector('canvas')!.getContext('2d')!;
  const gaps: number[] = [];
  let last = await new Promise(requestAnimationFrame);
  while (!stopped()) {
    const now = await new Promise<number>(requestAnimationFrame);
    gaps.push(now - last);
    last = now;
    context.clearRect(0, 0, 200, 50);
    context.fillRect(now % 150, 0, 50, 50);
  }
  return gaps;
}

function later<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

window.smooth = async (place, milliseconds) => {
  let stop = false;
  const measure = async (ready: Promise<void>, finish: () => Promise<Steps>): Promise<Smoothness> => {
    await ready;
    const drawing = draw(() => stop);
    await wait(milliseconds);
    stop = true;
    return { gaps: await drawing, ...(await finish()) };
  };
  if (place === 'page') {
    const begun = later<void>();
    const steps = train(begun.resolve, () => stop);
    steps.catch(begun.reject);
    return measure(begun.promise, () => steps);
  }
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  using remote = await connect<typeof training>(worker);
  const [begun, controller] = [later<void>(), new AbortController()];
  const ended = remote(begun.resolve, controller.signal);
  ended.catch(begun.reject);
  return await measure(begun.promise, () => {
    controller.abort();
    return ended;
  });
};
