// The page of the forger and its judge: what is forged, how it comes about, and how sure the judge is of it are drawn.

import { byId, formatCount, formatShare, make } from 'lamplight-notebook/ui/dom';
import { Curves } from '../../ui/curves';
import { Figures } from '../../ui/panels/figures';
import { PictureGrid } from '../../ui/panels/picture-grid';
import { Settings } from '../../ui/panels/settings';
import { brightness, numberOf, openGallery, type Reading, readingOf, type Values } from '../page';

/** Pictures that are forged of the same noise again and again. */
const FORGED = 64;
/** Maps of a layer that are shown. */
const MAPS = 16;
const SIZES = { small: { width: 8, batch: 32 }, medium: { width: 32, batch: 64 } } as const;

const settings = new Settings(
  byId('settings', HTMLElement),
  {
    size: {
      kind: 'choice',
      label: 'Networks',
      options: { small: 'Small: 8 channels', medium: 'Medium: 32 channels' },
      value: 'medium',
    },
  },
  () => give(),
);
const ends = new Settings(
  byId('ends', HTMLElement),
  {
    from: { kind: 'range', label: 'From the forged digit', min: 1, max: FORGED, value: 1 },
    to: { kind: 'range', label: 'To the forged digit', min: 1, max: FORGED, value: 2 },
  },
  () => give(),
);
const figures = new Figures(byId('figures', HTMLElement), {
  step: 'Step',
  judgeLoss: 'Judge’s loss',
  forgerLoss: 'Forger’s loss',
  seen: 'Digits seen',
});
const series = (label: string, color: string) => ({
  label,
  color,
  line: true,
  format: (share: number) => formatShare(share, 0),
});
const curves = new Curves(byId('plot', HTMLElement), byId('keys', HTMLElement), {
  series: [series('real', '--dusk'), series('forged', '--flame')],
  x: 'steps',
  y: 'taken for real',
  describe: 'How likely the judge takes a real and a forged digit for real, by steps',
  range: () => [0, 1],
  tick: (share) => formatShare(share, 0),
});

const grid = (place: string, label: string, columns: number, picked?: (picture: number) => void) => {
  const made = new PictureGrid({ label, columns, ...(picked ? { picked } : {}) });
  byId(place, HTMLElement).append(made.element);
  return made;
};
const forged = grid('forged', 'Nothing has been forged yet', 16, (picture) => {
  ends.set({ from: ends.values.to, to: picture + 1 });
  give();
});
const real = grid('real', 'No real digit has been seen yet', 16);
const walk = grid('walk', 'Nothing has been forged yet', 12);
const layers = Object.entries({
  code: { caption: 'noise', columns: 6 },
  first: { caption: '7 × 7 pixels', columns: 4 },
  second: { caption: '14 × 14 pixels', columns: 4 },
  last: { caption: '28 × 28 pixels', columns: 1 },
}).map(([name, { caption, columns }]) => {
  const made = new PictureGrid({ label: `Nothing yet: ${caption}`, waiting: 'Nothing yet.', columns });
  byId('layers', HTMLElement).append(make('figure', {}, made.element, make('figcaption', {}, caption)));
  return { name, caption, grid: made };
});

let lastStep = Number.POSITIVE_INFINITY;
const page = openGallery({ draw });
give();

function give(): void {
  page.give({ ...SIZES[settings.values.size as keyof typeof SIZES], ...ends.values });
}

/** Values from the least to the largest, as 0 to 1. */
function stretched(values: ArrayLike<number>): Float32Array {
  const all = Float32Array.from(values);
  const low = Math.min(...all);
  const span = Math.max(...all) - low || 1;
  return all.map((value) => (value - low) / span);
}

function draw(values: Values): void {
  const step = Number(values.step ?? lastStep);
  if (step < lastStep && 'judgeLoss' in values) {
    curves.clear();
    figures.clear();
  }
  lastStep = step;
  if ('judgeLoss' in values) {
    curves.add(step, [numberOf(values.realShare), numberOf(values.forgedShare)]);
    curves.draw();
    const [judgeLoss, forgerLoss] = [values.judgeLoss, values.forgerLoss].map((loss) => numberOf(loss).toFixed(2));
    figures.set({
      step: formatCount(step),
      judgeLoss: judgeLoss!,
      forgerLoss: forgerLoss!,
      seen: formatCount(Number(values.seen)),
    });
  }
  drawPictures(real, readingOf(values.real), 'Sixteen real digits');
  drawPictures(
    forged,
    readingOf(values.forged),
    `Sixty-four forged digits after ${formatCount(step)} steps of training`,
  );
  const { from, to } = ends.values;
  drawPictures(walk, readingOf(values.walk), `Twelve pictures on the way from the forged digit ${from} to ${to}`);
  if (values.forged)
    byId('moment', HTMLElement).textContent = `after ${formatCount(step)} ${step === 1 ? 'step' : 'steps'} of training`;
  for (const layer of layers) drawLayer(layer, readingOf(values[layer.name]));
}

function drawPictures(place: PictureGrid, pictures: Reading | null, label: string): void {
  if (!pictures) return;
  place.draw(pictures.shape, brightness(pictures));
  place.label = label;
}

/** Numbers of the noise are pictures of one pixel; of a layer's maps the first ones are shown. */
function drawLayer({ name, caption, grid: place }: (typeof layers)[number], maps: Reading | null): void {
  if (!maps) return;
  const [, count = 1, height = 1, width = 1] = maps.shape;
  const shown = name === 'code' ? count : Math.min(count, MAPS);
  place.draw([shown, 1, height, width], stretched(maps.data.slice(0, shown * height * width)));
  place.label = `${caption}, on the way to the forged digit ${ends.values.from}`;
}
