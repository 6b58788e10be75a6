// The page: a button that has the worker train, what is said of it, and a map of what was learnt.
import { connect } from 'lamplight/worker';
import { draw } from './draw';
import type { training } from './training';

const button = document.querySelector<HTMLButtonElement>('#train')!;
const status = document.querySelector<HTMLElement>('#status')!;
const canvas = document.querySelector<HTMLCanvasElement>('#map')!;

const worker = new Worker(new URL('./training.ts', import.meta.url), { type: 'module' });
const remote = connect<typeof training>(worker);

button.addEventListener('click', async () => {
  button.disabled = true;
  try {
    const report = (step: number, loss: number) => {
      status.textContent = `Step ${step}: loss ${loss.toFixed(4)}`;
    };
    const { accuracy, map } = await (await remote).run(500, 160, report);
    draw(canvas, map);
    status.textContent = `Done: ${(100 * accuracy).toFixed(1)} % of the points are right.`;
  } catch (error) {
    // Without WebGPU, the error says what the visitor can do.
    status.textContent = error instanceof Error ? error.message : String(error);
  } finally {
    button.disabled = false;
  }
});
