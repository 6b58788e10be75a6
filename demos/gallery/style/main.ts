// The page that paints in a style: content and style go to the program, and what it has painted so far comes back.

import { byId, formatCount } from 'lamplight-notebook/ui/dom';
import { showBanner } from '../../ui/banners';
import { takeDropped } from '../../ui/dropped';
import { Chart } from '../../ui/panels/chart';
import { Figures } from '../../ui/panels/figures';
import { Matrix } from '../../ui/panels/matrix';
import { PictureSource, SOURCES, type SourceKind } from '../../ui/panels/picture-source';
import { Settings } from '../../ui/panels/settings';
import type { PictureValues } from '../../ui/planes';
import { numberOf, openGallery, type Reading, readingOf, type Values } from '../page';
import { Runs } from '../runs';
import { PATTERNS, type PatternName, patternOf } from './patterns';

/** Pixels of a side of what the page draws; the program makes it smaller by a whole number. */
const SIZE = 192;
const METHODS = {
  picture: { label: 'The picture itself is learned', steps: 600, run: 'Paint' },
  network: { label: 'A network learns to paint at once', steps: 1500, run: 'Train' },
} as const;
type Method = keyof typeof METHODS;

const banners = byId('banners', HTMLElement);
const note = byId('note', HTMLElement);
const power = (value: number) => (10 ** value).toPrecision(2);

const settings = new Settings(
  byId('settings', HTMLElement),
  {
    method: {
      kind: 'choice',
      label: 'Way',
      options: { picture: METHODS.picture.label, network: METHODS.network.label },
      value: 'picture',
    },
    source: { kind: 'choice', label: 'Content', options: SOURCES, value: 'scene' },
    style: { kind: 'choice', label: 'Style', options: { ...PATTERNS, file: 'A picture of yours' }, value: 'waves' },
    side: { kind: 'choice', label: 'Pixels of a side', options: { 48: '48', 96: '96', 192: '192' }, value: '96' },
    content: { kind: 'range', label: 'Weight of the content', min: -1, max: 3, step: 0.25, value: 1, format: power },
    weight: { kind: 'range', label: 'Weight of the style', min: -1, max: 3, step: 0.25, value: 1, format: power },
    smooth: { kind: 'range', label: 'Weight against noise', min: -1, max: 2, step: 0.25, value: 1, format: power },
  },
  () => changed(),
);
const { values } = settings;
const figures = new Figures(byId('figures', HTMLElement), { step: 'Step', content: 'Content', style: 'Style' });
const loss = new Chart({ x: 'step', y: 'distance', log: true });
byId('loss', HTMLElement).append(loss.element);
const views = {
  content: new Matrix('Content', { label: 'The content' }),
  style: new Matrix('Style', { label: 'The style' }),
  painted: new Matrix('Painted', { label: 'Nothing has been painted yet' }),
};
byId('pictures', HTMLElement).append(...Object.values(views).map(({ element }) => element));

const files = { vgg: '', network: '' };
const pictures: Record<'content' | 'style', Reading | null> = { content: null, style: null };
let [lastStep, lastAt] = [0, 0];

const page = openGallery({ draw, autorun: true });
const runs = new Runs(byId('train', HTMLButtonElement), page.usable, () => {
  [lastStep, lastAt] = [0, 0];
  // What stands there is of the run before.
  if (runs.current) figures.clear();
  send();
});
const problem = (text: string) => showBanner(banners, 'No picture.', ` ${text}`);
const taker = (name: 'content' | 'style') => (picture: PictureValues) => take(name, picture);
const source = new PictureSource({ size: SIZE, changed: taker('content'), problem, drops: false });
byId('source', HTMLElement).append(source.element);
const styleSource = new PictureSource({ size: SIZE, changed: taker('style'), problem, drops: false });
byId('style-source', HTMLElement).append(styleSource.element);
let shown = { source: 'scene', style: 'waves' };
void source.choose('scene');
take('style', patternOf('waves', SIZE));

for (const name of ['vgg', 'network'] as const) {
  const input = byId(name, HTMLInputElement);
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file) takeWeights(name, file);
  });
}
takeDropped(([file], place) => {
  if (!file) return;
  if (/\.(pth|pt|model|safetensors)$/.test(file.name)) takeWeights(/vgg/i.test(file.name) ? 'vgg' : 'network', file);
  else if (views.style.element.contains(place)) {
    settings.set({ style: 'file' });
    void styleSource.take(file);
  } else {
    settings.set({ source: 'file' });
    void source.take(file);
  }
});
changed();

function changed(): void {
  if (shown.source !== values.source) void source.choose(values.source as SourceKind);
  byId('style-source', HTMLElement).hidden = values.style !== 'file';
  if (shown.style !== values.style) {
    if (values.style === 'file') void styleSource.choose('file');
    else take('style', patternOf(values.style as PatternName, SIZE));
  }
  shown = { source: values.source, style: values.style };
  send();
}

function takeWeights(name: 'vgg' | 'network', file: File): void {
  page.addFile(file);
  files[name] = file.name;
  note.textContent = `${file.name} is read …`;
  if (name === 'network') settings.set({ method: 'network' });
  else send();
}

function take(name: 'content' | 'style', { size, values: data }: PictureValues): void {
  pictures[name] = { shape: [3, size, size], data };
  views[name].draw({ height: size, width: size, values: data, colors: true });
  if (pictures.content && pictures.style) send();
}

function send(): void {
  const { method, side, content, weight, smooth } = values;
  const { steps, run: label } = METHODS[method as Method];
  runs.label = label;
  page.give({
    ...{ ...pictures, ...files, method, steps, run: runs.current, width: side === '48' ? 8 : 16 },
    ...{ shrink: SIZE / Number(side), contentWeight: 10 ** content, styleWeight: 10 ** weight, smooth: 10 ** smooth },
  });
}

function draw(report: Values): void {
  const painted = readingOf(report.painted);
  if (painted) {
    const [, , height = 1, width = 1] = painted.shape;
    views.painted.draw({ height, width, values: Array.from(painted.data), colors: true });
  }
  // The last words of a run that was stopped may come behind the first of the next.
  const isOld = runs.current > 0 && numberOf(report.run) !== runs.current;
  if ('styleLoss' in report && !isOld) {
    const step = numberOf(report.step);
    const [content, style] = [numberOf(report.contentLoss), numberOf(report.styleLoss)];
    const name = `run ${numberOf(report.run)}`;
    // At the first step the picture is the content itself, which has no place on an axis by factors.
    if (content > 0) loss.add(`${name}, content`, step, content);
    loss.add(`${name}, style`, step, style);
    figures.set({ step: formatCount(step), content: content.toPrecision(2), style: style.toPrecision(2) });
    const now = performance.now();
    if (lastAt > 0 && step > lastStep) {
      const perStep = (now - lastAt) / (step - lastStep);
      byId('speed', HTMLElement).textContent = `${formatCount(perStep)} ms a step`;
    }
    [lastStep, lastAt] = [step, now];
  }
  if (report.painted || report.step) say(report);
  if (report.trouble) {
    note.textContent = 'The file could not be used.';
    showBanner(banners, 'The file could not be used.', ` ${String(report.trouble)}`);
  }
  if (runs.end(report.ended)) send();
  if (source.kind === 'webcam') requestAnimationFrame(() => source.next());
}

function say(report: Values): void {
  const by = report.by ? ` by ${String(report.by)}` : '';
  const text =
    'step' in report
      ? `Painted after ${formatCount(numberOf(report.step))} steps, with ${files.vgg || 'random filters'}`
      : `Painted at once${by}`;
  note.textContent = `${text}.`;
  views.painted.label = text;
}
