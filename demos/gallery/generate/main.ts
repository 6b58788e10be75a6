// The page of the network that draws digits: what the program reports on the way from noise to digits is painted.

import { byId, formatCount, make } from 'lamplight-notebook/ui/dom';
import { inAddress, keepInAddress } from 'lamplight-notebook/ui/kept';
import { Curves } from '../../ui/curves';
import { Figures } from '../../ui/panels/figures';
import { PictureGrid } from '../../ui/panels/picture-grid';
import { Settings } from '../../ui/panels/settings';
import { brightness, numberOf, openGallery, type Reading, readingOf, type Values } from '../page';

/** Moments that stay, from noise (0) to digits (1): a row of the film each. */
const ROWS = 6;
const DIGITS = 10;
const SIZES = { small: { width: 8, batch: 32 }, medium: { width: 32, batch: 64 } } as const;

const settings = new Settings(
  byId('settings', HTMLElement),
  {
    size: {
      kind: 'choice',
      label: 'Network',
      options: { small: 'Small: 8 channels', medium: 'Medium: 32 channels' },
      value: 'medium',
    },
    steps: { kind: 'range', label: 'Steps from noise to digit', min: 4, max: 60, value: 30 },
  },
  () => give(),
);
const figures = new Figures(byId('figures', HTMLElement), { step: 'Step', loss: 'Loss', seen: 'Digits seen' });
const curves = new Curves(byId('plot', HTMLElement), byId('keys', HTMLElement), {
  series: [{ label: 'learned from', color: '--flame', line: true, format: (value) => value.toFixed(3) }],
  x: 'steps',
  y: 'loss',
  describe: 'Squared error of the way that each pixel has to go, by steps',
  range: (_low, high) => [0, high * 1.05],
});
const film = new PictureGrid({
  label: 'Nothing has been drawn yet',
  waiting: 'Noise becomes digits here, row by row, once the network has learned for a hundred steps.',
  columns: DIGITS,
});
byId('film', HTMLElement).append(film.element);
const answer = new PictureGrid({ label: 'Nothing has been asked for yet', columns: 4 });
byId('answer', HTMLElement).append(answer.element);

let rows = new Float32Array(0);
let lastStep = Number.POSITIVE_INFINITY;
const wanted = Number(inAddress('digit') ?? 7);
let asked = Number.isInteger(wanted) && wanted >= 0 && wanted < DIGITS ? wanted : 7;
let seed = 0;

const buttons = Array.from({ length: DIGITS }, (_, digit) => {
  const button = make('button', { type: 'button', className: 'button' }, String(digit));
  button.addEventListener('click', () => {
    // The same digit again comes out of other noise.
    if (asked === digit) seed++;
    asked = digit;
    keepInAddress('digit', String(digit));
    give();
  });
  return button;
});
byId('digits', HTMLElement).append(...buttons);

const page = openGallery({ draw });
give();

function give(): void {
  for (const [digit, button] of buttons.entries()) button.setAttribute('aria-pressed', String(digit === asked));
  const { size, steps } = settings.values;
  page.give({ ...SIZES[size as keyof typeof SIZES], steps, asked, seed });
}

function draw(values: Values): void {
  const step = Number(values.step ?? lastStep);
  if (step < lastStep && 'loss' in values) {
    curves.clear();
    figures.clear();
  }
  if ('loss' in values) {
    const loss = numberOf(values.loss);
    curves.add(step, [loss]);
    curves.draw();
    figures.set({ step: formatCount(step), loss: loss.toFixed(3), seen: formatCount(Number(values.seen)) });
  }
  lastStep = step;
  const pictures = readingOf(values.pictures);
  if (pictures) drawFilm(pictures, Number(values.moment), step);
  const answered = readingOf(values.answer);
  if (answered) {
    const at = Number(values.answerAt);
    answer.draw(answered.shape, brightness(answered));
    answer.label = `Sixteen times the digit ${Number(values.asked)}, ${share(at)} of the way from noise`;
    byId('answered', HTMLElement).textContent = `${share(at)} of the way`;
  }
}

const share = (value: number) => `${Math.round(100 * value)}%`;

/** Each row stands still at its moment; the rows below show the newest one. */
function drawFilm(pictures: Reading, moment: number, step: number): void {
  const size = pictures.data.length;
  if (rows.length !== ROWS * size) rows = new Float32Array(ROWS * size);
  const newest = brightness(pictures);
  for (let row = Math.ceil(moment * (ROWS - 1) - 1e-6); row < ROWS; row++) rows.set(newest, row * size);
  const [, channels = 1, height = 1, width = 1] = pictures.shape;
  film.draw([ROWS * DIGITS, channels, height, width], rows);
  const said = `After ${formatCount(step)} steps of training, ${share(moment)} of the way from noise`;
  film.label = `The digits from 0 to 9, in six rows from noise to digits. ${said}`;
  byId('moment', HTMLElement).textContent = said;
}
