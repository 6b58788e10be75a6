// The page that builds a network: its lines and settings go to the program, and shapes, curves and pictures come back.
import { showBanner } from '../../ui/banners';
import { byId, formatCount, formatShare, make } from '../../ui/dom';
import { inAddress, keepInAddress } from '../../ui/kept';
import { Chart } from '../../ui/panels/chart';
import { PictureGrid } from '../../ui/panels/picture-grid';
import { Settings } from '../../ui/panels/settings';
import { numberOf, openGallery, readingOf, type Values } from '../page';
import { Runs } from '../runs';
import { fromFolder, fromIdx, type OwnData } from './own-data';

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
const START = PRESETS['A small convolutional network']!;

const banners = byId('banners', HTMLElement);
const layers = byId('layers', HTMLTextAreaElement);
const loss = new Chart({ x: 'step', y: 'loss', log: true });
const accuracy = new Chart({ x: 'step', y: 'share right' });
byId('loss', HTMLElement).append(loss.element);
byId('accuracy', HTMLElement).append(accuracy.element);
const pictures = new PictureGrid({ label: 'Eight pictures of the last batch', columns: 8 });
byId('seen', HTMLElement).append(pictures.element);
layers.value = inAddress('layers')?.split('~').join('\n') ?? START.join('\n');

let own: OwnData | null = null;
const names = new Map<number, string>();

const settings = new Settings(
  byId('settings', HTMLElement),
  {
    lr: {
      kind: 'range',
      label: 'Learning rate',
      ...{ min: -4, max: -0.5, step: 0.25, value: -2.5 },
      format: (power) => (10 ** power).toPrecision(2),
    },
    schedule: {
      kind: 'choice',
      label: 'Schedule',
      options: {
        none: 'The same throughout',
        cosine: 'Falls along a cosine',
        finder: 'Find the rate: grows with each step',
      },
      value: 'none',
    },
    batchSize: { kind: 'choice', label: 'Batch', options: { 16: '16', 32: '32', 64: '64', 128: '128' }, value: '64' },
    augment: {
      kind: 'choice',
      label: 'Augmentation',
      options: { none: 'None', shifted: 'Shifted', turned: 'Turned and moved' },
      value: 'none',
    },
    limit: { kind: 'range', label: 'Pictures', min: 1000, max: 60_000, step: 1000, value: 6000, format: formatCount },
  },
  () => send(),
);

const preset = byId('preset', HTMLSelectElement);
preset.append(...Object.keys(PRESETS).map((name) => make('option', {}, name)));
preset.addEventListener('change', () => {
  layers.value = (PRESETS[preset.value] ?? START).join('\n');
  typed();
});
layers.addEventListener('input', typed);
byId('forget', HTMLButtonElement).addEventListener('click', () => {
  loss.clear();
  accuracy.clear();
});
const taken = (input: HTMLInputElement, read: (files: readonly File[]) => Promise<OwnData>) =>
  input.addEventListener('change', async () => {
    try {
      own = await read([...(input.files ?? [])]);
      byId('data-note', HTMLElement).textContent = own.note;
      send();
    } catch (error) {
      showBanner(banners, 'These files are no data set.', ` ${(error as Error).message}.`);
    }
  });
taken(byId('idx', HTMLInputElement), fromIdx);
taken(byId('folder', HTMLInputElement), fromFolder);

const page = openGallery({ draw, autorun: true, firstAlone: true });
const runs = new Runs(byId('train', HTMLButtonElement), page.usable, () => {
  const { current } = runs;
  if (current)
    names.set(
      current,
      `${current}: ${lines().length} layers, ${settings.values.schedule === 'finder' ? 'finder' : (10 ** settings.values.lr).toPrecision(2)}`,
    );
  send();
});
send();

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
  const { lr, schedule, batchSize, augment, limit } = settings.values;
  const files = own && { images: own.images, labels: own.labels };
  page.give({
    layers: lines(),
    files,
    run: runs.current,
    batchSize: Number(batchSize),
    lr: 10 ** lr,
    schedule,
    augment,
    limit,
  });
}

function draw(report: Values): void {
  if (report.rows) showRows(report.rows as readonly Row[]);
  runs.end(report.ended);
  const seen = readingOf(report.seen);
  if (!seen) return;
  const name = names.get(numberOf(report.run)) ?? `${report.run}`;
  const step = numberOf(report.step);
  loss.add(name, step, numberOf(report.loss));
  accuracy.add(name, step, numberOf(report.accuracy));
  byId('step', HTMLElement).textContent =
    `step ${formatCount(step)}, rate ${numberOf(report.rate).toPrecision(2)}, ${formatShare(numberOf(report.accuracy))} right`;
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
