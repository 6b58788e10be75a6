// The page of the network that writes: a text goes to the program; its loss, its lines and its attention are drawn.

import { byId, formatCount, formatShare, make } from 'lamplight-notebook/ui/dom';
import { keepField } from 'lamplight-notebook/ui/kept';
import { focusWhileScrollable } from 'lamplight-notebook/ui/scrollable';
import { showBanner } from '../../ui/banners';
import { Curves } from '../../ui/curves';
import { Figures } from '../../ui/panels/figures';
import { Matrix, type Place } from '../../ui/panels/matrix';
import { Settings } from '../../ui/panels/settings';
import { TextSource } from '../../ui/panels/text-source';
import { numberOf, openGallery, type Reading, readingOf, type Values } from '../page';
import { showWritten } from '../written';

/** Heads of a layer. */
const HEADS = 4;
/** Letters of a passage that is learned at once, with the one that comes next. */
const PASSAGE = 65;
const SIZES = {
  small: { layers: 2, width: 64, batch: 16, steps: 1000 },
  medium: { layers: 4, width: 128, batch: 32, steps: 1500 },
  large: { layers: 6, width: 192, batch: 32, steps: 3000 },
} as const;

const settings = new Settings(
  byId('settings', HTMLElement),
  {
    size: {
      kind: 'choice',
      label: 'Network',
      options: {
        small: 'Small: 2 layers, 64 wide',
        medium: 'Medium: 4 layers, 128 wide',
        large: 'Large: 6 layers, 192 wide',
      },
      value: 'medium',
    },
    temperature: {
      kind: 'range',
      label: 'Temperature',
      min: 0.1,
      max: 1.5,
      step: 0.1,
      value: 0.8,
      format: (value) => value.toFixed(1),
    },
  },
  () => give(),
);
const heads = new Settings(
  byId('heads', HTMLElement),
  {
    layer: { kind: 'range', label: 'Layer', min: 1, max: 6, value: 1 },
    head: { kind: 'range', label: 'Head', min: 1, max: HEADS, value: 1 },
  },
  () => drawAttention(),
);
const banners = byId('banners', HTMLElement);
const source = new TextSource({
  // The last tenth is only tested on, and is to hold a passage.
  least: 12 * PASSAGE,
  changed: (text, name) => {
    page.addFile(new File([text], 'text.txt', { type: 'text/plain' }));
    byId('learned', HTMLElement).textContent = `${formatCount(text.length)} letters: ${name}. Press Train.`;
  },
  problem: (text) => showBanner(banners, 'The text stays as it was.', ` ${text}`),
});
byId('source', HTMLElement).append(source.element);

const figures = new Figures(byId('figures', HTMLElement), {
  step: 'Step',
  loss: 'Held-out loss',
  read: 'Letters read',
  speed: 'Letters a second',
});
const series = (label: string, color: string, line: boolean) => ({
  label,
  color,
  line,
  format: (value: number) => value.toFixed(2),
});
const curves = new Curves(byId('plot', HTMLElement), byId('keys', HTMLElement), {
  series: [series('learned from', '--dusk', true), series('held out', '--flame', false)],
  x: 'steps',
  y: 'loss',
  describe: 'Loss of a letter, by steps',
  range: (_low, high) => [0, high * 1.05],
});
const map = new Matrix('', {
  label: 'Attention. Arrow keys move, and the share of each letter is read.',
  pointed: (at) => explain(at),
});
map.element.hidden = true;
byId('attention', HTMLElement).append(map.element);
const samples = byId('samples', HTMLElement);
focusWhileScrollable(samples);
const beginning = byId('beginning', HTMLInputElement);
keepField(beginning, 'beginning');

let attention: Reading | null = null;
let passage = '';
let last = { step: Number.POSITIVE_INFINITY, read: 0, at: 0 };

const page = openGallery({ draw });
give();
byId('ask', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  give();
});

function give(): void {
  const { size, temperature } = settings.values;
  page.give({ ...SIZES[size as keyof typeof SIZES], temperature, beginning: beginning.value });
}

function draw(values: Values): void {
  const step = Number(values.step ?? last.step);
  if (step < last.step) begin();
  if ('loss' in values || 'test' in values) {
    const test = 'test' in values ? numberOf(values.test) : null;
    if ('loss' in values) curves.add(step, [numberOf(values.loss), null]);
    curves.amendLast([null, test]);
    curves.draw();
    if (test !== null) figures.set({ loss: test.toFixed(2) });
  }
  if ('read' in values) {
    const read = Number(values.read);
    const now = performance.now();
    const speed = ((read - last.read) / (now - last.at)) * 1000;
    figures.set({ step: formatCount(step), read: formatCount(read), speed: last.at > 0 ? formatCount(speed) : '–' });
    last = { step, read, at: now };
  }
  if ('sample' in values) drawSample(step, String(values.sample));
  if ('attention' in values) {
    attention = readingOf(values.attention);
    passage = String(values.passage);
    drawAttention();
  }
  if ('written' in values) {
    showWritten(String(values.written), beginning.value, `${formatCount(Number(values.perSecond))} letters`);
  }
}

function begin(): void {
  curves.clear();
  figures.clear();
  samples.replaceChildren();
  last = { step: 0, read: 0, at: 0 };
}

/** A line of a step grows until it is whole. */
function drawSample(step: number, text: string): void {
  const label = `after ${formatCount(step)} ${step === 1 ? 'step' : 'steps'}`;
  let item = samples.firstElementChild;
  if (item?.firstElementChild?.textContent !== label) {
    item = make('li', {}, make('small', {}, label), make('p'));
    samples.prepend(item);
  }
  item.lastElementChild?.replaceChildren(text);
}

function drawAttention(): void {
  if (!attention) return;
  const [layers = 1, , height = 1, width = 1] = attention.shape;
  const layer = Math.min(heads.values.layer, layers);
  const from = ((layer - 1) * HEADS + heads.values.head - 1) * height * width;
  map.element.hidden = false;
  map.caption = `Layer ${layer} of ${layers}, head ${heads.values.head} of ${HEADS}: “${passage}”`;
  map.draw({ height, width, values: Float32Array.from(attention.data.slice(from, from + height * width)) });
}

/** Says how much of a letter's attention goes to an earlier one. */
function explain(at: Place | null): void {
  const said = byId('looks', HTMLElement);
  if (!at || at.column > at.row) {
    said.textContent = at ? 'This letter is still to come: it is not seen.' : 'Point at the map.';
    return;
  }
  const share = map.plane.values[at.row * map.plane.width + at.column] ?? 0;
  const before = passage.slice(Math.max(0, at.row - 12), at.row);
  said.replaceChildren(
    `After “${before}`,
    make('b', {}, passage[at.row] ?? ''),
    `” it looks at “${passage.slice(at.column, at.column + 1)}”, ${at.row - at.column} before, with `,
    make('b', { className: 'number' }, formatShare(share)),
  );
}
