// The page that builds a network: its lines and settings go to the program, and shapes, curves and pictures come back.

import { byId, formatCount, formatShare, make } from 'lamplight-notebook/ui/dom';
import { inAddress, keepInAddress } from 'lamplight-notebook/ui/kept';
import { showBanner } from '../../ui/banners';
import { isInFolder, takeDropped } from '../../ui/dropped';
import { Chart } from '../../ui/panels/chart';
import { PictureGrid } from '../../ui/panels/picture-grid';
import { Settings } from '../../ui/panels/settings';
import { numberOf, openGallery, readingOf, type Values } from '../page';
import { Runs } from '../runs';
import { fromFolder, fromIdx, type OwnData } from './own-data';

/** A learning rate that the finder has tried, and the loss of its step. */
type Tried = readonly [rate: number, loss: number];
interface Steepest {
  readonly rate: number;
  readonly loss: number;
}

/** A line of the program's report: what a layer gives, or why it cannot. */
interface Row {
  readonly shape?: readonly number[];
  readonly parameters?: number;
  readonly error?: string;
}

const PRESETS: Readonly<Record<string, readonly string[]>> = {
  'A small convolutional network': ['Conv2d 8 3', 'ReLU', 'MaxPool2d 2', 'Flatten', 'Linear 10'],
  'A linear model': ['Flatten', 'Linear 10'],
  'Two hidden layers': ['Flatten', 'Linear 64', 'Tanh', 'Linear 32', 'Tanh', 'Linear 10'],
  LeNet: [
    ...['Conv2d 6 5 1 2', 'Tanh', 'AvgPool2d 2', 'Conv2d 16 5', 'Tanh', 'AvgPool2d 2'],
    ...['Flatten', 'Linear 120', 'Tanh', 'Linear 84', 'Tanh', 'Linear 10'],
  ],
  'Deeper, with normalisation': [
    ...[
      'Conv2d 16 3 1 1',
      'BatchNorm2d',
      'ReLU',
      'MaxPool2d 2',
      'Conv2d 32 3 1 1',
      'BatchNorm2d',
      'ReLU',
      'MaxPool2d 2',
    ],
    ...['Flatten', 'Dropout 0.25', 'Linear 10'],
  ],
};
/** The learning rate, as a power of ten. */
const RATE = { min: -4, max: -0.5, step: 0.25 };
const SCHEDULES = {
  none: 'The same throughout',
  cosine: 'Falls along a cosine',
  step: 'StepLR: a tenth after each third',
  oneCycle: 'OneCycle: rises, then falls',
  warmup: 'Warm-up, then a cosine',
  finder: 'Find the rate: grows with each step',
};
/** Schedules in the keys of charts. */
const SHORT: Readonly<Record<string, string>> = {
  cosine: 'cosine',
  step: 'StepLR',
  oneCycle: 'OneCycle',
  warmup: 'warm-up',
};
const MOST_EPOCHS = 100;
/** With fewer steps than these, a network has hardly learned: a small set is gone through several times. */
const FEWEST_STEPS = 200;
const START = PRESETS['A small convolutional network']!;

const banners = byId('banners', HTMLElement);
const layers = byId('layers', HTMLTextAreaElement);
const loss = new Chart({ x: 'step', y: 'loss', log: true });
const accuracy = new Chart({ x: 'step', y: 'share right' });
byId('loss', HTMLElement).append(loss.element);
byId('accuracy', HTMLElement).append(accuracy.element);
const rate = new Chart({ x: 'step', y: 'learning rate' });
byId('rate', HTMLElement).append(rate.element);
const finder = new Chart({ x: 'learning rate', y: 'loss', log: true, logX: true });
byId('finder', HTMLElement).append(finder.element);
const pictures = new PictureGrid({
  label: 'Eight pictures of the last batch',
  waiting: 'The pictures come with the first step.',
  columns: 8,
});
byId('seen', HTMLElement).append(pictures.element);
layers.value = inAddress('layers')?.split('~').join('\n') ?? START.join('\n');

let tried: readonly Tried[] = [];
/** The rate that the finder suggests. */
let suggested: number | null = null;
let own: OwnData | null = null;
const names = new Map<number, string>();

const settings = new Settings(
  byId('settings', HTMLElement),
  {
    lr: {
      kind: 'range',
      label: 'Learning rate',
      ...{ ...RATE, value: -2.5 },
      format: (power) => (10 ** power).toPrecision(2),
    },
    schedule: {
      kind: 'choice',
      label: 'Schedule',
      options: SCHEDULES,
      value: 'none',
    },
    epochs: { kind: 'range', label: 'Epochs', min: 1, max: MOST_EPOCHS, value: 1, format: formatCount },
    batchSize: { kind: 'choice', label: 'Batch', options: { 16: '16', 32: '32', 64: '64', 128: '128' }, value: '64' },
    augment: {
      kind: 'choice',
      label: 'Augmentation',
      options: { none: 'None', shifted: 'Shifted', turned: 'Turned and moved' },
      value: 'none',
    },
    limit: { kind: 'range', label: 'Pictures', min: 1000, max: 60_000, step: 1000, value: 6000, format: formatCount },
  },
  () => {
    showSchedule();
    send();
  },
);
showSchedule();

const preset = byId('preset', HTMLSelectElement);
preset.append(...Object.keys(PRESETS).map((name) => make('option', {}, name)));
preset.addEventListener('change', () => {
  layers.value = (PRESETS[preset.value] ?? START).join('\n');
  typed();
});
layers.addEventListener('input', typed);
byId('forget', HTMLButtonElement).addEventListener('click', () => {
  for (const chart of [loss, accuracy, rate]) chart.clear();
});
for (const [name, read] of [
  ['idx', fromIdx],
  ['folder', fromFolder],
] as const) {
  const input = byId(name, HTMLInputElement);
  input.addEventListener('change', () => void take([...(input.files ?? [])], read));
}
takeDropped((files) => void take(files, files.some(isInFolder) ? fromFolder : fromIdx));

const page = openGallery({ draw, heard, autorun: true, firstAlone: 2 });
const runs = new Runs(byId('train', HTMLButtonElement), page.usable, () => {
  const { current } = runs;
  const { lr, schedule } = settings.values;
  const words = [`${current}: ${lines().length} layers`, (10 ** lr).toPrecision(2), SHORT[schedule]].filter(Boolean);
  if (current) names.set(current, words.join(', '));
  if (current && schedule === 'finder') showTried([]);
  send();
});
byId('take-rate', HTMLButtonElement).addEventListener('click', () => {
  const { min, max, step } = RATE;
  const power = Math.round(Math.log10(suggested ?? 1) / step) * step;
  settings.set({ lr: Math.min(max, Math.max(min, power)), schedule: 'none' });
});
send();

function showSchedule(): void {
  const isFinder = settings.values.schedule === 'finder';
  settings.show('epochs', !isFinder);
  settings.show('lr', !isFinder);
  if (isFinder) byId('finder-panel', HTMLElement).hidden = false;
}

/** The losses at the rates that were tried, and where they fall most steeply. */
function showTried(points: readonly Tried[], { rate: best, loss: there }: Partial<Steepest> = {}): void {
  tried = points;
  suggested = best ?? null;
  finder.clear();
  finder.set('loss', tried);
  if (best && there) finder.set('falls most steeply', [[best, there]]);
  byId('take-rate', HTMLButtonElement).disabled = !suggested;
  byId('suggested', HTMLElement).textContent = suggested
    ? `The loss falls most steeply at a rate of ${suggested.toPrecision(2)}: a rate to begin with.`
    : `${tried.length} rates tried, from 0.00001 to at most 1.`;
}

async function take(files: readonly File[], read: (files: readonly File[]) => Promise<OwnData>): Promise<void> {
  try {
    use(await read(files));
  } catch (error) {
    showBanner(banners, 'These files are no data set.', ` ${(error as Error).message}.`);
  }
}

/** Learns from data of the visitor's own from now on. A set of few pictures is gone through so often that there is something to learn. */
function use(data: OwnData): void {
  own = data;
  byId('data-note', HTMLElement).textContent = data.note;
  settings.show('limit', false);
  const { batchSize, epochs } = settings.values;
  const wanted = Math.ceil(FEWEST_STEPS / Math.ceil(data.count / Number(batchSize)));
  settings.set({ epochs: Math.min(MOST_EPOCHS, Math.max(epochs, wanted)) });
}

function lines(): string[] {
  return layers.value
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter(Boolean);
}

function typed(): void {
  const text = lines().join('~');
  keepInAddress('layers', text === START.join('~') ? null : text);
  send();
}

function send(): void {
  const { lr, schedule, epochs, batchSize, augment, limit } = settings.values;
  const files = own && { images: own.images, labels: own.labels };
  page.give({
    layers: lines(),
    files,
    run: runs.current,
    epochs,
    batchSize: Number(batchSize),
    lr: 10 ** lr,
    schedule,
    augment,
    limit,
  });
}

/** Each step is a point of its run's curves, even where steps are faster than pictures of the screen. */
function heard(report: Values): void {
  if (!('accuracy' in report)) return;
  const name = names.get(numberOf(report.run)) ?? `${report.run}`;
  const step = numberOf(report.step);
  loss.add(name, step, numberOf(report.loss));
  accuracy.add(name, step, numberOf(report.accuracy));
  rate.add(name, step, numberOf(report.rate));
}

function draw(report: Values): void {
  if (report.rows) showRows(report.rows as readonly Row[]);
  if (report.tried) showTried(report.tried as readonly Tried[]);
  if (report.steepest) showTried(tried, report.steepest as Partial<Steepest>);
  runs.end(report.ended);
  const seen = readingOf(report.seen);
  if (!seen) return;
  const step = numberOf(report.step);
  const place = `step ${formatCount(step)} of ${formatCount(numberOf(report.steps))}, epoch ${numberOf(report.epoch)}`;
  byId('step', HTMLElement).textContent =
    `${place}, rate ${numberOf(report.rate).toPrecision(2)}, ${formatShare(numberOf(report.accuracy))} right`;
  pictures.draw(seen.shape, seen.data);
}

function showRows(rows: readonly Row[]): void {
  const shown = rows.map(({ shape, parameters = 0, error }) => {
    if (error) return make('li', { className: 'wrong' }, error);
    const size = (shape ?? []).slice(1).join(' × ');
    return make('li', {}, `${size}${parameters ? ` · ${formatCount(parameters)}` : ''}`);
  });
  byId('shapes', HTMLElement).replaceChildren(...shown);
  const sum = rows.reduce((all, { parameters = 0 }) => all + parameters, 0);
  const out = rows.at(-1)?.shape?.slice(1).join(' × ');
  byId('total', HTMLElement).textContent =
    `${formatCount(sum)} parameters${out ? `; the last layer gives ${out}` : ''}.`;
}
