// Owns what appears by itself below a cell: plots of the library, bars and curves of trainers.
import type { Display, DisplayedBar } from 'lamplight';
import type { PictureOutput } from '../protocol';
import type { RunOutputs } from './outputs';
import { Paper } from './paper';
import { pictureOf } from './pictures';
import { Plot } from './plot';

type Canvas = Parameters<NonNullable<Display['plot']>>[0];
type Redraw = Parameters<NonNullable<Display['plot']>>[1];

/** Seconds between two looks at what a trainer logs. */
const REFRESH = 0.5;

/** Words of names that say when something was measured, and not what. */
const stages = new Set(['train', 'training', 'val', 'valid', 'validation', 'test', 'step', 'epoch']);

/** `train_loss` and `val_loss` share a plot. */
function groupOf(name: string): string {
  const rest = name.split(/[_/\s.-]/).filter((word) => word !== '' && !stages.has(word.toLowerCase()));
  return rest.join(' ') || name;
}

async function drawing(canvas: OffscreenCanvas, redraw: Redraw): Promise<PictureOutput> {
  if (!redraw) return pictureOf(canvas, { zoom: 1, title: '', alt: 'plot' });
  const [light, dark] = [new Paper(canvas, 'light'), new Paper(canvas, 'dark')];
  redraw(light);
  redraw(dark);
  const { width, height, words } = light;
  const [png, darkPng] = await Promise.all([light.png(), dark.png()]);
  return {
    kind: 'picture',
    png,
    dark: darkPng,
    width: width / light.density,
    height: height / light.density,
    pixelated: false,
    title: '',
    alt: words,
  };
}

/** Curves of one trainer, in the run that it logs in. */
class Curves {
  readonly refreshRate = REFRESH;
  #outputs: RunOutputs | null = null;
  #plots = new Map<string, Plot>();

  constructor(private readonly current: () => RunOutputs) {}

  logMetrics(metrics: Readonly<Record<string, number>>, step: number): void {
    const outputs = this.current();
    if (outputs !== this.#outputs) this.#plots = new Map();
    this.#outputs = outputs;
    for (const [name, value] of Object.entries(metrics)) {
      if (name !== 'epoch' && name !== 'step') this.#plotOf(groupOf(name), outputs).add(step, { [name]: value });
    }
  }

  #plotOf(group: string, outputs: RunOutputs): Plot {
    const known = this.#plots.get(group);
    if (known) return known;
    const plot = new Plot(outputs, outputs.slot(), { title: group, x: 'step', y: group });
    this.#plots.set(group, plot);
    return plot;
  }
}

/** @param current the run that is written to */
export function displayOf(current: () => RunOutputs, signal: () => AbortSignal): Display {
  return {
    plot(canvas: Canvas, redraw: Redraw) {
      if (!(canvas instanceof OffscreenCanvas)) return;
      const outputs = current();
      void outputs.later(async (slot) => {
        outputs.canvases.set(canvas, slot);
        slot.put(await drawing(canvas, redraw));
      });
    },
    bars(owner: object, bars: readonly DisplayedBar[]) {
      const outputs = current();
      const slot = outputs.bars.get(owner) ?? outputs.slot();
      outputs.bars.set(owner, slot);
      slot.put({ kind: 'bars', bars });
    },
    logger: () => new Curves(current),
    get signal() {
      return signal();
    },
  };
}
