// The page of GPT-2: files go to the program; what it writes and how its loss falls come back.

import { byId, formatBytes, formatCount, make } from 'lamplight-notebook/ui/dom';
import { keepField } from 'lamplight-notebook/ui/kept';
import { showBanner } from '../../ui/banners';
import { takeDropped } from '../../ui/dropped';
import { Chart } from '../../ui/panels/chart';
import { Figures } from '../../ui/panels/figures';
import { Settings } from '../../ui/panels/settings';
import { numberOf, openGallery, type Values } from '../page';
import { showWritten } from '../written';

/** The names by which the program asks for its files, with what each is. */
const WANTED = {
  'model.safetensors': 'weights',
  'tokenizer.json': 'tokenizer',
  'config.json': 'settings, optional',
  'text.txt': 'a text, optional: without one, the guide of this site',
} as const;
type Wanted = keyof typeof WANTED;

const banners = byId('banners', HTMLElement);
const settings = new Settings(
  byId('settings', HTMLElement),
  {
    temperature: {
      kind: 'range',
      label: 'Temperature',
      ...{ min: 0, max: 1.5, step: 0.1, value: 0.8 },
      format: (value) => (value === 0 ? 'the best' : value.toFixed(1)),
    },
    topK: { kind: 'range', label: 'Of the best tokens', min: 1, max: 100, value: 40 },
    length: { kind: 'range', label: 'Tokens to write', min: 10, max: 400, step: 10, value: 100 },
    steps: { kind: 'range', label: 'Steps of fine-tuning', min: 0, max: 500, step: 10, value: 0 },
    rate: {
      kind: 'range',
      label: 'Learning rate',
      ...{ min: -6, max: -2, step: 0.25, value: -4.25 },
      format: (power) => (10 ** power).toPrecision(2),
    },
  },
  () => give(),
);
const figures = new Figures(byId('figures', HTMLElement), {
  parameters: 'Parameters',
  layers: 'Layers',
  heads: 'Heads',
  width: 'Width',
  tokens: 'Tokens it knows',
});
const loss = new Chart({ x: 'step', y: 'loss' });
byId('loss', HTMLElement).append(loss.element);
const beginning = byId('beginning', HTMLInputElement);
keepField(beginning, 'beginning');
const given = new Map<Wanted, File>();
/** Counts fine-tunings: each keeps its curve. */
let tuned = 0;
let lastStep = 0;

const page = openGallery({ draw });
give();
showFiles();

const input = byId('files', HTMLInputElement);
input.addEventListener('change', () => take([...(input.files ?? [])]));
takeDropped(take);
beginning.addEventListener('change', give);
byId('ask', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  give();
});

function give(): void {
  const { rate, ...others } = settings.values;
  page.give({ ...others, rate: 10 ** rate, beginning: beginning.value });
}

/** The name under which the program knows a file. */
function nameOf({ name }: File): Wanted | null {
  if (name.endsWith('.safetensors')) return 'model.safetensors';
  if (/\.(txt|md)$/.test(name)) return 'text.txt';
  if (/tokenizer.*\.json$/.test(name)) return 'tokenizer.json';
  return /config.*\.json$/.test(name) ? 'config.json' : null;
}

function take(files: readonly File[]): void {
  for (const file of files) {
    const name = nameOf(file);
    if (name) {
      given.set(name, file);
      page.addFile(new File([file], name));
    } else {
      const wanted = Object.keys(WANTED).join(', ');
      showBanner(
        banners,
        `${file.name} is no file of GPT-2.`,
        ` The page takes ${wanted}. Files that were given stay.`,
      );
    }
  }
  showFiles();
}

function showFiles(): void {
  const lines = (Object.keys(WANTED) as Wanted[]).map((name) => {
    const file = given.get(name);
    const text = file ? `${file.name}, ${formatBytes(file.size)}` : `${name}: ${WANTED[name]}`;
    return make('li', { className: file ? '' : 'missing' }, `${file ? '●' : '○'} ${text}`);
  });
  byId('given', HTMLElement).replaceChildren(...lines);
}

function draw(values: Values): void {
  if ('parameters' in values) {
    const { parameters, layers, heads, width, tokens } = values as Readonly<Record<string, number>>;
    figures.set({
      parameters: formatCount(Number(parameters)),
      layers: String(layers),
      heads: String(heads),
      width: String(width),
      tokens: formatCount(Number(tokens)),
    });
  }
  if ('loss' in values) {
    const step = Number(values.step);
    if (tuned === 0 || step < lastStep) tuned++;
    lastStep = step;
    loss.add(`${tuned}: at ${(10 ** settings.values.rate).toPrecision(2)}`, step, numberOf(values.loss));
    byId('step', HTMLElement).textContent = `step ${formatCount(step)} of ${formatCount(settings.values.steps)}`;
  }
  if (Array.isArray(values.split)) {
    const tokens = values.split.map((token) => make('span', {}, String(token)));
    byId('split', HTMLElement).replaceChildren(...tokens);
  }
  if ('written' in values) {
    showWritten(String(values.written), beginning.value, `${Number(values.perSecond).toPrecision(3)} tokens`);
  }
}
