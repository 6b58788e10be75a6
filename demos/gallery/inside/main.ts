// The page that looks into a network: its picture, its weights and its questions go to the program, and the answers to the view that is chosen.

import { byId, formatCount, formatShare } from 'lamplight-notebook/ui/dom';
import { inAddress, keepInAddress } from 'lamplight-notebook/ui/kept';
import { showBanner } from '../../ui/banners';
import { takeDropped } from '../../ui/dropped';
import { Figures } from '../../ui/panels/figures';
import { PictureSource, SOURCES, type SourceKind } from '../../ui/panels/picture-source';
import { Settings } from '../../ui/panels/settings';
import type { PictureValues } from '../../ui/planes';
import { numberOf, openGallery, type Reading, readingOf, type Values } from '../page';
import { Attributions } from './attributions';
import { Chart } from './chart';
import { Units } from './units';

/** The views, each with the cell that fills it. */
const VIEWS = { attributions: 1, units: 2, map: 3 } as const;
type View = keyof typeof VIEWS;
/** Pixels of a side of MNIST's digits, and of ImageNet's pictures. */
const SIDES = { digits: 28, pictures: 224 } as const;

/** The unit that is looked at first: row and column of its map, of which a smaller one has its last. */
const MIDDLE: readonly number[] = [3, 3];

/** What the first cell tells of a network. */
interface Network {
  readonly layers: readonly string[];
  /** Names of classes; those of digits are their numbers. */
  readonly classes?: readonly string[];
}

const banners = byId('banners', HTMLElement);
const settings = new Settings(
  byId('settings', HTMLElement),
  {
    view: {
      kind: 'choice',
      label: 'Look at',
      options: {
        attributions: 'One picture: attributions',
        units: 'One unit: what it looks for',
        map: 'All pictures: a map',
      },
      value: 'attributions',
    },
    weights: {
      kind: 'choice',
      label: 'Network',
      options: {
        trained: 'Trained before',
        random: 'Never trained: random',
        here: 'Trained here',
        file: 'A file of yours',
      },
      value: 'trained',
    },
    source: { kind: 'choice', label: 'Picture', options: { digit: 'A digit', ...SOURCES }, value: 'digit' },
    digit: { kind: 'range', label: 'Number of the digit', min: 0, max: 999, value: 0 },
    size: { kind: 'range', label: 'Covered square', min: 3, max: 14, value: 6 },
    stride: { kind: 'range', label: 'Its steps', min: 1, max: 3, value: 2 },
    same: { kind: 'switch', label: 'One scale for all maps', value: false },
    layer: { kind: 'choice', label: 'Layer', options: {}, value: '' },
    channel: { kind: 'range', label: 'Channel', min: 0, max: 31, value: 0 },
    points: {
      kind: 'range',
      label: 'Digits of the map',
      min: 100,
      max: 1000,
      step: 100,
      value: 600,
      format: formatCount,
    },
    steps: {
      kind: 'range',
      label: 'Steps of training',
      min: 100,
      max: 5000,
      step: 100,
      value: 400,
      format: formatCount,
    },
    perplexity: { kind: 'range', label: 'Neighbours that count', min: 5, max: 50, step: 5, value: 30 },
  },
  () => changed(),
);
const { values } = settings;
const figures = new Figures(byId('figures', HTMLElement), {
  parameters: 'Parameters',
  right: 'Right of 1,000',
  loss: 'Loss',
});
const attributions = new Attributions({ chosen: (target) => explain(target) });
const units = new Units({
  channel: (channel) => settings.set({ channel }),
  unit: (at) => {
    unit = at;
    keepInAddress('unit', at.join(',') === MIDDLE.join(',') ? null : at.join(','));
    give();
  },
});
const chart = new Chart({ chosen: (digit) => settings.set({ digit, source: 'digit', view: 'attributions' }) });

/** Counts networks: cells that look into one end where there is another. */
let run = 0;
let file: File | null = null;
let network: Network | null = null;
let isTraining = false;
let own: Reading | null = null;
let target = Number(inAddress('class') ?? -1);
let unit = placeIn(inAddress('unit')) ?? MIDDLE;
let shown = { ...values };

const taken = (picture: PictureValues, side: number) => {
  own = side === SIDES.digits ? greyOf(picture) : { shape: [1, 3, side, side], data: picture.values };
  askForLikeliest();
  give();
};
const problem = (text: string) => showBanner(banners, 'No picture.', ` ${text}`);
const given = () => settings.set({ source: 'file', ...(values.view === 'map' && { view: 'attributions' }) });
const sourceOf = (side: number, pen?: number) =>
  new PictureSource({
    ...{ size: side, changed: (picture) => taken(picture, side), problem, given, drops: false },
    ...(pen && { pen }),
  });
const sources = { digits: sourceOf(SIDES.digits, 1 / 11), pictures: sourceOf(SIDES.pictures) };
for (const { element } of Object.values(sources)) byId('source', HTMLElement).append(element);
const teach = byId('teach', HTMLButtonElement);
teach.disabled = true;
teach.addEventListener('click', () => {
  if (isTraining) isTraining = false;
  else if (values.weights === 'here') load();
  else settings.set({ weights: 'here' });
  give();
});
const weights = byId('weights', HTMLInputElement);
weights.addEventListener('change', () => {
  const [chosen] = weights.files ?? [];
  if (chosen) takeWeights(chosen);
});
takeDropped((files) => {
  for (const each of files) {
    if (/\.(pth|pt|safetensors)$/.test(each.name)) takeWeights(each);
    else void source().take(each);
  }
});

const page = openGallery({ draw, autorun: true, firstAlone: true });
void page.usable.then((usable) => {
  teach.disabled = !usable;
});
// A link does not train, and has no file.
if (values.weights === 'here' || values.weights === 'file') settings.set({ weights: 'trained' });
shown = { ...values };
showFields();
if (values.source !== 'digit') void source().choose(values.source as SourceKind);
give();

/** Row and column, as the address has them. */
function placeIn(text: string | null): readonly number[] | null {
  return text && /^\d+,\d+$/.test(text) ? text.split(',').map(Number) : null;
}

/** The mean of the colours. */
function greyOf({ size, values: colors }: PictureValues): Reading {
  const count = size * size;
  const mean = (i: number) => ((colors[i] ?? 0) + (colors[count + i] ?? 0) + (colors[2 * count + i] ?? 0)) / 3;
  return { shape: [1, 1, size, size], data: Float32Array.from({ length: count }, (_, i) => mean(i)) };
}

function takeWeights(chosen: File): void {
  file = chosen;
  page.addFile(chosen);
  if (values.weights === 'file') load();
  else settings.set({ weights: 'file' });
}

function isOfPictures(): boolean {
  return network?.classes !== undefined;
}

function source(): PictureSource {
  return isOfPictures() ? sources.pictures : sources.digits;
}

function changed(): void {
  const before = shown;
  shown = { ...values };
  if (values.digit !== before.digit || values.source !== before.source) askForLikeliest();
  if (values.source !== before.source) {
    own = null;
    // A file is asked for, so that nothing comes by itself; a camera is closed.
    void source().choose(values.source === 'digit' ? 'file' : (values.source as SourceKind));
  }
  if (values.layer !== before.layer) units.clear();
  showFields();
  if (values.weights === 'file' && !file) {
    settings.set({ weights: before.weights });
    weights.click();
    return;
  }
  if (values.weights !== before.weights) load();
  give();
  if (network && values.view !== before.view) page.run(VIEWS[values.view as View]);
}

/** Shows the view that is chosen, and the settings that it has. */
function showFields(): void {
  const { view, source: kind } = values;
  for (const name of Object.keys(VIEWS)) byId(name, HTMLElement).hidden = name !== view;
  for (const name of ['size', 'stride', 'same'] as const) settings.show(name, view === 'attributions');
  for (const name of ['points', 'perplexity'] as const) settings.show(name, view === 'map');
  settings.show('source', view !== 'map');
  settings.show('digit', view !== 'map' && kind === 'digit');
  settings.show('layer', view !== 'attributions');
  settings.show('channel', view === 'units');
  for (const each of Object.values(sources))
    each.element.hidden = view === 'map' || kind === 'digit' || each !== source();
  attributions.hasOneScale = values.same;
}

/** Has the first cell make the network anew. */
function load(): void {
  run++;
  network = null;
  askForLikeliest();
  isTraining = values.weights === 'here';
  page.run(0);
}

/** Other pictures, and other networks, are first asked about the class that they are taken for. */
function askForLikeliest(): void {
  target = -1;
  keepInAddress('class', null);
}

/** Asks about another class. */
function explain(asked: number): void {
  target = asked;
  keepInAddress('class', String(asked));
  give();
}

function give(): void {
  teach.textContent = isTraining ? 'Stop' : 'Train it here';
  const { view, digit, size, stride, layer, channel, points, perplexity } = values;
  // Settings are told in pixels of a digit.
  const side = own ? (own.shape.at(-1) ?? SIDES.digits) : isOfPictures() ? 2 * SIDES.digits : SIDES.digits;
  const scale = side / SIDES.digits;
  attributions.window = { size: size * scale, stride: stride * scale };
  page.give({
    ...{
      view,
      run,
      digit,
      own: values.source === 'digit' ? null : own,
      target,
      layer,
      channel,
      unit,
      points,
      perplexity,
    },
    ...{
      weights: values.weights === 'file' ? (file?.name ?? '') : values.weights,
      steps: values.steps,
      training: isTraining,
    },
    ...attributions.window,
  });
}

function draw(report: Values): void {
  if ('step' in report && 'loss' in report) figures.set({ loss: numberOf(report.loss).toFixed(3) });
  if (report.layers && report.run === run) begin(report);
  if (!network) return;
  if (values.view === 'attributions') attributions.draw(report);
  else if (values.view === 'units') units.draw(report);
  else chart.draw(report);
  // The next picture of a camera, once all methods have explained the last one.
  if (values.source === 'webcam' && 'KernelShap' in report) source().next();
  const channels = readingOf(report.maps)?.shape[1];
  if (channels) settings.limit('channel', Math.min(channels, Units.MOST) - 1);
}

/** A network is there: cells may look into it. */
function begin(report: Values): void {
  const { layers, classes } = report as unknown as Network;
  const wasOfPictures = isOfPictures();
  network = { layers, ...(classes && { classes }) };
  isTraining = false;
  settings.offer('layer', Object.fromEntries(layers.map((name) => [name, name])), layers.at(-1) ?? '');
  attributions.classes = classes ?? null;
  const right = readingOf(report.right);
  figures.set({
    parameters: formatCount(Number(report.parameters)),
    right: right ? formatShare(numberOf(right)) : '–',
  });
  if (wasOfPictures !== isOfPictures()) own = null;
  showFields();
  if (values.source !== 'digit' && !own) void source().choose(values.source as SourceKind);
  give();
  page.run(VIEWS[values.view as View]);
}
