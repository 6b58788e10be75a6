// The page: a button that trains, what is said of it, and a map of what was learnt.
import { draw } from './draw';
import { chances } from './map';
import { train } from './spirals';

const button = document.querySelector<HTMLButtonElement>('#train')!;
const status = document.querySelector<HTMLElement>('#status')!;
const canvas = document.querySelector<HTMLCanvasElement>('#map')!;

button.addEventListener('click', async () => {
  button.disabled = true;
  try {
    const { network, accuracy } = await train(500, (step, loss) => {
      status.textContent = `Step ${step}: loss ${loss.toFixed(4)}`;
    });
    draw(canvas, await chances(network, 160));
    status.textContent = `Done: ${(100 * accuracy).toFixed(1)} % of the points are right.`;
  } catch (error) {
    // Without WebGPU, the error says what the visitor can do.
    status.textContent = error instanceof Error ? error.message : String(error);
  } finally {
    button.disabled = false;
  }
});
