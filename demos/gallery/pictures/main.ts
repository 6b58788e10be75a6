// The page of the visitor's own classes: pictures go to the program, and what two networks make of them comes back.

import { byId, formatCount, formatShare } from 'lamplight-notebook/ui/dom';
import { inAddress } from 'lamplight-notebook/ui/kept';
import { showBanner } from '../../ui/banners';
import { isInFolder, takeDropped } from '../../ui/dropped';
import { Chart } from '../../ui/panels/chart';
import { Figures } from '../../ui/panels/figures';
import { Settings } from '../../ui/panels/settings';
import { numberOf, openGallery, type Reading, readingOf, type Values } from '../page';
import { Asker } from './asker';
import { doodles } from './doodles';
import { keepModel, keptModel } from './kept-model';
import { countsOf, filesOf, type PictureSet, setOfFolder } from './picture-set';
import { NETWORKS, ResultsView, thumbnail } from './results';
import { Taker } from './taker';

/** The cells that a second tab needs, by their numbers from 0: what the networks are, and how they are asked. */
const [DEFINES, ASKS] = [0, 4];
const SIZES = {
  small: { width: 8, lessons: 60 },
  medium: { width: 16, lessons: 200 },
  large: { width: 32, lessons: 400 },
};
const WEIGHTS: Readonly<Record<string, string>> = {
  resnet18: 'resnet18-f37072fd.pth',
  mobilenet_v3_small: 'mobilenet_v3_small-047dcff4.pth',
};
const inUse = inAddress('use') !== null;
const banners = byId('banners', HTMLElement);
const problem = (text: string) => showBanner(banners, 'No picture.', ` ${text}`);

const source = new Settings(
  byId('pictures', HTMLElement),
  {
    source: {
      kind: 'choice',
      label: 'Classes of',
      options: {
        doodles: 'Doodles of this page',
        webcam: 'The webcam',
        folder: 'A folder of yours',
        cifar: 'CIFAR-10',
        quickdraw: 'Quick, Draw!',
      },
      value: 'doodles',
    },
    limit: { kind: 'range', label: 'Pictures of each class', min: 20, max: 500, step: 20, value: 60 },
  },
  () => void sourceChanged(),
);
const settings = new Settings(
  byId('settings', HTMLElement),
  {
    size: {
      kind: 'choice',
      label: 'Networks',
      options: { small: 'Small: 8 channels', medium: 'Medium: 16 channels', large: 'Large: 32 channels' },
      value: 'medium',
    },
    network: {
      kind: 'choice',
      label: 'The frozen network',
      options: {
        digits: 'Digits, learned here',
        mobilenet_v3_small: 'MobileNetV3 small, a file',
        resnet18: 'ResNet-18, a file',
      },
      value: 'digits',
    },
    epochs: { kind: 'range', label: 'Epochs', min: 5, max: 100, step: 5, value: 30 },
  },
  () => give(),
);
const view = new Settings(
  byId('network', HTMLElement),
  {
    shown: { kind: 'choice', label: 'Of the network', options: { 0: NETWORKS[0], 1: NETWORKS[1] }, value: '0' },
  },
  ({ shown }) => {
    results.choose(Number(shown));
    tellWrong();
  },
);
const figures = new Figures(byId('figures', HTMLElement), {
  step: 'Step',
  epoch: 'Epoch',
  own: NETWORKS[0],
  frozen: NETWORKS[1],
});
const accuracy = new Chart({ x: 'step', y: 'share right' });
byId('accuracy', HTMLElement).append(accuracy.element);
const results = new ResultsView(Number(view.values.shown), (text) => {
  byId('confused', HTMLElement).textContent = text;
});
byId('confusion', HTMLElement).append(results.matrix.element);
byId('wrong', HTMLElement).append(results.wrong);
const taker = new Taker({ changed: (set) => use(set), problem });
byId('webcam', HTMLElement).append(taker.element);

/** What the program reads: names of files that it was given, and the names of classes where these do not say. */
let given: { source: string; dropped: string[]; names: readonly string[] } = {
  source: 'digits',
  dropped: [],
  names: [],
};
/** Of each frozen network, the file with its weights. */
const weights = new Map<string, File>();
let saved = '';
let models = 0;
let picture: Reading | null = null;
let folder: readonly File[] = [];

const page = openGallery({ draw });
const asker = new Asker({
  changed: (asked) => {
    picture = asked;
    give();
  },
  problem,
});
byId('ask', HTMLElement).append(asker.element);
for (const element of document.querySelectorAll<HTMLElement>('[data-learn]')) element.hidden = inUse;
for (const element of document.querySelectorAll<HTMLElement>('[data-use]')) element.hidden = !inUse;
listen();
asker.begin();
void sourceChanged();
if (inUse) void useKept();

function listen(): void {
  const files = (id: string, take: (chosen: readonly File[]) => void | Promise<void>) => {
    const input = byId(id, HTMLInputElement);
    input.addEventListener('change', () => {
      const chosen = [...(input.files ?? [])];
      if (chosen.length > 0) void take(chosen);
    });
  };
  files('folder', (chosen) => {
    folder = chosen;
    return readFolder();
  });
  files('cifar', (chosen) => useFiles('cifar', chosen));
  files('quickdraw', (chosen) => useFiles('quickdraw', chosen));
  files('weights', ([file]) => {
    if (!file) return;
    takeWeights(settings.values.network, file);
  });
  files('model', ([file]) => {
    if (file) useModel(file);
  });
  takeDropped(takeFiles);
}

/** Files that were dropped are what their names say; the panels follow. */
function takeFiles(files: readonly File[]): void {
  const named = (pattern: RegExp) => files.filter(({ name }) => pattern.test(name));
  const [picture] = files.filter(({ type }) => type.startsWith('image/'));
  const [model] = named(/\.pt$/);
  const [weights] = named(/\.(pth|safetensors)$/);
  const [doodled, batches] = [named(/\.(npy|ndjson)(\.gz)?$/), named(/cifar|_batch|\.(bin|tar|tar\.gz|tgz)$/)];
  if (!inUse && files.some(isInFolder)) {
    folder = files;
    source.set({ source: 'folder' });
  } else if (picture) void asker.take(picture);
  else if (model) useModel(model);
  else if (inUse) refuse(files);
  else if (weights) dropWeights(weights);
  else if (doodled.length > 0) {
    source.set({ source: 'quickdraw' });
    useFiles('quickdraw', doodled);
  } else if (batches.length > 0) {
    source.set({ source: 'cifar' });
    useFiles('cifar', batches);
  } else refuse(files);
}

/** Weights are those of the network in their name, or else of the one that is chosen. */
function dropWeights(file: File): void {
  const network = Object.keys(WEIGHTS).find((name) => file.name.startsWith(name)) ?? settings.values.network;
  if (network in WEIGHTS) {
    settings.set({ network });
    takeWeights(network, file);
  } else refuse([file]);
}

function refuse(files: readonly File[]): void {
  const taken = inUse
    ? 'a picture, and a saved model (.pt)'
    : 'a folder with a folder for each class, files of CIFAR-10 or of Quick, Draw!, weights (.pth) of the frozen network that is chosen, a saved model (.pt), and a picture to ask about';
  showBanner(banners, `${files.map(({ name }) => name).join(', ')}: nothing for this page.`, ` It takes ${taken}.`);
}

async function sourceChanged(): Promise<void> {
  const { source: kind, limit } = source.values;
  for (const part of document.querySelectorAll<HTMLElement>('[data-source]'))
    part.hidden = part.dataset.source !== kind;
  source.show('limit', kind !== 'webcam');
  if (inUse) return;
  if (kind === 'webcam') {
    await taker.open();
    use(taker.set);
  } else taker.close();
  if (kind === 'doodles') use(doodles(limit));
  if (kind === 'folder') await readFolder();
  if (kind === 'cifar' || kind === 'quickdraw') {
    if (given.source !== kind) nothingYet('No file so far: choose one, and train.');
    else give();
  }
}

async function readFolder(): Promise<void> {
  if (folder.length === 0) return nothingYet('No folder so far: choose one, and train.');
  try {
    use(await setOfFolder(folder, source.values.limit));
  } catch (error) {
    showBanner(banners, 'This folder is no set of pictures.', ` ${(error as Error).message}.`);
  }
}

/** There is nothing to learn from yet. */
function nothingYet(text: string): void {
  given = { source: source.values.source, dropped: [], names: [] };
  byId('note', HTMLElement).textContent = text;
  byId('examples', HTMLElement).replaceChildren();
  give();
}

/** Pictures that the page itself holds. */
function use(set: PictureSet): void {
  const counts = countsOf(set);
  const told = set.classes.map((name, i) => `${formatCount(counts[i] ?? 0)} ${name}`).join(', ');
  byId('note', HTMLElement).textContent = `${told}; a fifth is held back.`;
  byId('examples', HTMLElement).replaceChildren(
    ...set.classes.flatMap((name, label) => {
      const first = set.pictures.find((each) => each.label === label);
      const { size } = set;
      return first
        ? [thumbnail({ height: size, width: size, values: Float32Array.from(first.planes, (v) => v / 255) }, name)]
        : [];
    }),
  );
  const { images, labels } = filesOf(set);
  page.addFile(images);
  page.addFile(labels);
  given = { source: 'own', dropped: [images.name, labels.name], names: set.classes };
  give();
}

/** Files that the program reads by the library's own data sets. */
function useFiles(kind: 'cifar' | 'quickdraw', files: readonly File[]): void {
  for (const file of files) page.addFile(file);
  given = { source: kind, dropped: files.map(({ name }) => name), names: [] };
  byId('note', HTMLElement).textContent = `${files.map(({ name }) => name).join(', ')}: read when you train.`;
  give();
}

/** A saved model, in the place of one that is trained here. */
function useModel(file: File): void {
  // A name of its own tells the program of another file.
  saved = `model-${++models}.pt`;
  page.addFile(new File([file], saved));
  give();
  // Where cells run already, the last of them looks at it.
  if (byId('content', HTMLElement).dataset.state === 'busy') return;
  page.run(DEFINES);
  page.run(ASKS);
}

async function useKept(): Promise<void> {
  const bytes = await keptModel();
  if (!(await page.usable)) return;
  if (bytes) useModel(new File([bytes], 'kept.pt'));
  byId('kept', HTMLElement).textContent = bytes
    ? 'This is the model that was trained last in this browser.'
    : 'No model is kept in this browser so far. Train one first, or choose a saved one.';
}

/** Two files of the same name may hold two networks: the program knows each by its network. */
function takeWeights(network: string, file: File): void {
  const named = new File([file], `${network}-${file.name}`);
  page.addFile(named);
  weights.set(network, named);
  give();
}

function give(): void {
  const { size, network, epochs } = settings.values;
  const needed = WEIGHTS[network];
  const own = weights.get(network);
  byId('weights-field', HTMLElement).hidden = needed === undefined;
  const name = byId('weights-name', HTMLElement);
  // The field shows the file of another network otherwise.
  if (name.textContent !== (needed ?? '')) byId('weights', HTMLInputElement).value = '';
  name.textContent = needed ?? '';
  const address = `https://download.pytorch.org/models/${needed ?? ''}`;
  Object.assign(byId('weights-source', HTMLAnchorElement), {
    href: address,
    textContent: address.replace('https://', ''),
  });
  byId('weights-note', HTMLElement).textContent = own
    ? `${own.name.slice(network.length + 1)} is read when you train.`
    : 'Without its weights it would know nothing: until they are chosen, the network of the digits takes its place.';
  page.give({
    ...given,
    ...SIZES[size as keyof typeof SIZES],
    ...{ limit: source.values.limit, epochs, saved },
    ...{ network: own || !needed ? network : 'digits', weights: own?.name ?? '' },
    ...(picture && { picture }),
  });
}

function draw(report: Values): void {
  const [images, labels] = [readingOf(report.testImages), readingOf(report.testLabels)];
  if (report.lesson !== undefined) {
    byId('held', HTMLElement).textContent =
      `The frozen network learns digits first: lesson ${report.lesson} of ${report.lessons}.`;
  }
  if (images && labels) {
    // Networks that are trained here take the place of a saved model.
    saved = '';
    give();
    accuracy.clear();
    results.hold({ classes: report.classes as readonly string[], images, labels });
    const count = labels.data.length;
    byId('held', HTMLElement).textContent =
      `of ${formatCount(count)} pictures held back out of ${formatCount(Number(report.count))}`;
  }
  const [right, each] = [readingOf(report.right), readingOf(report.each)];
  const [confusion, guesses] = [readingOf(report.confusion), readingOf(report.guesses)];
  if (right && each && confusion && guesses) {
    const shares = [Number(right.data[0]), Number(right.data[1])] as const;
    NETWORKS.forEach((name, i) => {
      accuracy.add(name, numberOf(report.step), shares[i] ?? 0);
    });
    const [own, frozen] = [formatShare(shares[0]), formatShare(shares[1])];
    figures.set({ step: formatCount(numberOf(report.step)), epoch: String(report.epoch), own, frozen });
    results.show({ each, confusion, guesses });
    byId('by-class', HTMLElement).replaceChildren(results.table);
    tellWrong();
  }
  if (report.saved instanceof Uint8Array) void keep(report.saved);
  const sure = readingOf(report.sure);
  if (sure) {
    asker.show(report.known as readonly string[], sure);
    byId('asked', HTMLElement).textContent = 'how sure each network is';
  }
}

function tellWrong(): void {
  byId('wrong-count', HTMLElement).textContent = results.wrongText || 'None so far.';
}

async function keep(bytes: Uint8Array): Promise<void> {
  const isKept = await keepModel(bytes);
  byId('second', HTMLAnchorElement).hidden = !isKept;
  byId('kept', HTMLElement).textContent = isKept
    ? 'The model is kept in this browser, and below the program’s fourth cell as a file.'
    : 'This browser keeps nothing. The file below the program’s fourth cell can be opened in another tab.';
}
