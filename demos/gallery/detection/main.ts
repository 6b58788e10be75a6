// The page of the detector: its boxes are drawn over pictures as it learns, and followed from anchors to what stays of them.

import { byId, formatCount, make } from 'lamplight-notebook/ui/dom';
import { showBanner } from '../../ui/banners';
import { takeDropped } from '../../ui/dropped';
import { noPicture } from '../../ui/own-pictures';
import { BoxPictures, type DrawnBox } from '../../ui/panels/box-pictures';
import { Chart } from '../../ui/panels/chart';
import { Figures } from '../../ui/panels/figures';
import { Settings } from '../../ui/panels/settings';
import { numberOf, openGallery, type Reading, readingOf, type Values } from '../page';
import { Runs } from '../runs';
import { type Box, boxesOf, cornersAt, KINDS, readings } from './kinds';
import { StepsPanel } from './steps';

const SIZES = {
  small: { width: 8, batch: 16, steps: 300 },
  medium: { width: 24, batch: 32, steps: 600 },
  large: { width: 48, batch: 64, steps: 1500 },
} as const;
const SHOWN = 8;
/** A picture of the visitor's is made this long at most. */
const LONGEST = 800;
const OWN = 'picture.png';

const banners = byId('banners', HTMLElement);
const ask = byId('ask', HTMLButtonElement);
const askNote = byId('ask-note', HTMLElement);

const settings = new Settings(
  byId('settings', HTMLElement),
  {
    size: {
      kind: 'choice',
      label: 'Network',
      options: { small: 'Small: 8 to 32 channels', medium: 'Medium: 24 to 96', large: 'Large: 48 to 192' },
      value: 'medium',
    },
  },
  () => send(),
);
const share = (value: number) => value.toFixed(2);
const suppression = new Settings(
  byId('nms-settings', HTMLElement),
  {
    picture: { kind: 'range', label: 'Drawing', min: 1, max: SHOWN, value: 1 },
    score: { kind: 'range', label: 'Least score', min: 0, max: 0.95, step: 0.05, value: 0.3, format: share },
    iou: { kind: 'range', label: 'Greatest overlap', min: 0, max: 1, step: 0.05, value: 0.5, format: share },
  },
  () => {
    showPicture();
    drawFound();
    send();
  },
);
const figures = new Figures(byId('figures', HTMLElement), {
  step: 'Step',
  loss: 'Loss',
  map: 'mAP',
  map50: 'mAP at 0.5',
});
const loss = new Chart({ x: 'step', y: 'loss', log: true });
const precision = new Chart({ x: 'step', y: 'precision' });
byId('loss', HTMLElement).append(loss.element);
byId('precision', HTMLElement).append(precision.element);
const grid = new BoxPictures({
  label: 'Eight drawings of shapes',
  waiting: 'Eight drawings with the boxes that the network finds, once it learns.',
  columns: 4,
  least: 150,
});
byId('found', HTMLElement).append(grid.element);
const single = new BoxPictures({
  label: 'A drawing',
  waiting: 'A drawing, once the network learns.',
  columns: 1,
  least: 100,
});
byId('suppressed', HTMLElement).append(single.element);
const everyday = new BoxPictures({
  label: 'A picture of yours',
  waiting: 'No picture so far.',
  columns: 1,
  least: 100,
});
byId('everyday', HTMLElement).append(everyday.element);
byId('kinds', HTMLElement).append(
  ...KINDS.map(({ name, color }) => {
    const item = make('li', {}, name);
    item.style.setProperty('--key', `var(${color})`);
    return item;
  }),
);
const steps = new StepsPanel();

let pictures: Reading | null = null;
let truth: readonly Box[][] = [];
let found: readonly Box[][] = [];
let asked = 0;
let weights = '';
let own: ImageBitmap | null = null;

const page = openGallery({ draw, autorun: true });
const runs = new Runs(byId('train', HTMLButtonElement), page.usable, () => send());
send();

for (const [name, take] of [
  ['weights', takeWeights],
  ['own', takePicture],
] as const) {
  const input = byId(name, HTMLInputElement);
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file) void take(file);
  });
}
takeDropped((files) => {
  for (const file of files) void (/\.(pth|pt|safetensors)$/.test(file.name) ? takeWeights : takePicture)(file);
});
ask.addEventListener('click', () => {
  asked++;
  askNote.textContent = runs.current
    ? 'It is looked at with the next precision of the training.'
    : 'The weights are read …';
  send();
});

function takeWeights(file: File): void {
  page.addFile(file);
  weights = file.name;
  ready();
}

async function takePicture(file: File): Promise<void> {
  try {
    own = await smaller(await createImageBitmap(file));
    everyday.showImage(own);
    ready();
  } catch {
    showBanner(banners, 'No picture.', ` ${noPicture(file)}`);
  }
}

function ready(): void {
  ask.disabled = !weights || !own;
  askNote.textContent = weights
    ? own
      ? 'Both files are here.'
      : 'Choose a picture, too.'
    : 'Choose the weights, too.';
}

/** A large picture made smaller, and handed to the program as it is then. */
async function smaller(image: ImageBitmap): Promise<ImageBitmap> {
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const canvas = new OffscreenCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  page.addFile(new File([await canvas.convertToBlob()], OWN, { type: 'image/png' }));
  return createImageBitmap(canvas);
}

function send(): void {
  const { picture, score, iou } = suppression.values;
  const { size } = settings.values;
  page.give({
    ...SIZES[size as keyof typeof SIZES],
    run: runs.current,
    picture: picture - 1,
    score,
    iou,
    ask: asked,
    weights,
    own: OWN,
  });
}

function draw(report: Values): void {
  const drawn = readingOf(report.pictures);
  if (drawn) {
    pictures = drawn;
    const there = readings(report.truth);
    truth = Array.from({ length: SHOWN }, (_, i) => boxesOf(there[2 * i] as Reading, there[2 * i + 1] ?? null, null));
    found = [];
    grid.show(drawn.shape, drawn.data);
    drawFound();
    showPicture();
  }
  if ('loss' in report || 'map' in report) drawCurves(report);
  const now = readings(report.found);
  if (now.length > 0) {
    found = Array.from({ length: SHOWN }, (_, i) =>
      boxesOf(now[3 * i] as Reading, now[3 * i + 2] ?? null, now[3 * i + 1] ?? null),
    );
    drawFound();
  }
  if (Number(report.picture) === suppression.values.picture - 1) {
    drawSuppressed(readings(report.suppressed));
    steps.tell(readings(report.steps));
  }
  if (report.everyday) drawEveryday(readings(report.everyday), report.names as readonly string[], Number(report.took));
  if (report.trouble) {
    askNote.textContent = 'These files could not be used.';
    showBanner(banners, 'No objects were found.', ` ${String(report.trouble)}`);
  }
  runs.end(report.ended);
}

function drawCurves(report: Values): void {
  const [name, step] = [`run ${numberOf(report.run)}`, numberOf(report.step)];
  figures.set({ step: formatCount(step) });
  if ('loss' in report) {
    loss.add(name, step, numberOf(report.loss));
    figures.set({ loss: numberOf(report.loss).toFixed(2) });
  }
  if ('map' in report) {
    // Before anything is found, there is no precision.
    const [map, map50] = [report.map, report.map50].map((value) => Math.max(0, numberOf(value))) as [number, number];
    precision.add(`${name}, mAP`, step, map);
    precision.add(`${name}, at 0.5`, step, map50);
    figures.set({ map: map.toFixed(3), map50: map50.toFixed(3) });
  }
}

/** The boxes on the eight drawings, from the least score on. */
function drawFound(): void {
  const there = truth.flatMap((boxes, picture) =>
    boxes.map(({ corners, kind }): DrawnBox => ({ picture, corners, color: kind.color, line: 'dashed' })),
  );
  const least = Math.max(0.05, suppression.values.score);
  const shown = found.flatMap((boxes, picture) =>
    boxes
      .filter(({ score }) => score >= least)
      .map(
        ({ corners, kind, score }): DrawnBox => ({
          picture,
          corners,
          color: kind.color,
          text: `${kind.name} ${share(score)}`,
        }),
      ),
  );
  grid.draw(found.length > 0 ? shown : there);
  const note = `${shown.length} boxes with a score of ${share(least)} or more; there are ${there.length} shapes`;
  grid.label = `Eight drawings of shapes: ${note}`;
  byId('found-note', HTMLElement).textContent = found.length > 0 ? note : 'dashed: what is there';
}

/** The drawing that is looked at closely. */
function showPicture(): void {
  if (!pictures) return;
  const at = suppression.values.picture - 1;
  const [, ...shape] = pictures.shape;
  const size = shape.reduce((product, side) => product * side, 1);
  const data = Float32Array.from(pictures.data.slice(at * size, (at + 1) * size));
  single.show([1, ...shape], data);
  steps.show([1, ...shape], data, truth[at] ?? []);
}

function drawSuppressed([boxes, scores, labels, keep]: readonly Reading[]): void {
  if (!boxes || !scores || !labels || !keep) return;
  const all = boxesOf(boxes, labels, scores);
  const kept = new Set(Array.from(keep.data, Number));
  const drawn = all.map(
    ({ corners, kind, score }, i): DrawnBox => ({
      ...{ picture: 0, corners, color: kind.color },
      ...(kept.has(i) ? { text: `${kind.name} ${share(score)}` } : { line: 'faint' as const }),
    }),
  );
  // Those that stay lie above the others.
  single.draw([...drawn.filter(({ line }) => line), ...drawn.filter(({ line }) => !line)]);
  const said = `${formatCount(all.length)} boxes have the score; ${kept.size} stay, ${all.length - kept.size} are dropped.`;
  single.label = `A drawing with the boxes of the detector: ${said}`;
  byId('kept', HTMLElement).textContent = said;
}

function drawEveryday([boxes, scores]: readonly Reading[], names: readonly string[], took: number): void {
  if (!boxes || !scores || !own) return;
  everyday.showImage(own);
  const found = names
    .map((name, i) => ({ name, score: Number(scores.data[i]), corners: cornersAt(boxes, i) }))
    .filter(({ score }) => score >= 0.5);
  everyday.draw(
    found.map(({ name, score, corners }) => ({
      picture: 0,
      corners,
      color: '--flame',
      text: `${name} ${share(score)}`,
    })),
  );
  const said =
    found.map(({ name, score }) => `${name} ${share(score)}`).join(', ') || 'nothing with a score of 0.5 or more';
  everyday.label = `A picture of yours, with what was found: ${said}`;
  askNote.textContent = `Found: ${said}.`;
  byId('took', HTMLElement).textContent = `${formatCount(took)} ms`;
}
