// Trains a detector on drawn shapes, counts what it finds in others, and draws that; what was interrupted goes on where it stopped.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor } from 'lamplight';
import { MeanAveragePrecision } from 'lamplight/metrics';
import { type detection, utils } from 'lamplight/vision';
import { type Detector, type DetectorName, type Recipe, recipes } from './detectors';
import { DrawnShapes, kinds, type Picture } from './pictures';

export interface Settings {
  readonly seed: number;
  /** Passes over the training set; null for the recipe's. */
  readonly epochs: number | null;
  /** Where the training is kept: read if it is there, written after each pass and where the training is stopped. */
  readonly checkpoint: string;
  readonly isBegun: boolean;
  /** Where pictures with what was found in them are drawn. */
  readonly drawing: string;
  /** Asked after each step. */
  isStopped(): boolean;
  log(line: string): void;
}

/** Pictures that a detector has not seen, and how many of them are drawn. */
const [HELD, DRAWN] = [96, 24];
const HELD_SEED = 999;

/** Times that a picture is enlarged before boxes are drawn on it. */
const SCALE = 4;

interface Batch {
  /** float32 [N, 3, SIDE, SIDE], from 0 to 1 */
  readonly images: Tensor;
  readonly targets: readonly detection.DetectionTarget[];
}

interface Checkpoint {
  readonly progress: { readonly steps: number; readonly seconds: number };
  readonly model: Record<string, Tensor>;
  readonly optimizer: ReturnType<optim.Adam['stateDict']>;
  readonly scheduler: ReturnType<optim.lrScheduler.OneCycleLR['stateDict']>;
  readonly loader: ReturnType<data.DataLoader<Picture, Batch>['stateDict']>;
}

type Losses = Readonly<Record<string, Tensor>>;

/** What a detector finds in pictures that it has not seen. */
export interface Figures {
  /** Mean average precision at an overlap of 0.5. */
  readonly map50: number;
  /** The same over overlaps of 0.5 to 0.95. */
  readonly map: number;
}

const collate =
  (firstLabel: number) =>
  (pictures: readonly Picture[]): Batch => ({
    images: torch
      .stack(pictures.map(({ image }) => image))
      .to('float32')
      .div(255),
    targets: pictures.map(({ target: { boxes, labels } }) => ({ boxes, labels: labels.add(firstLabel) })),
  });

/** Trains until the end, and gives the figures of it, or until it is stopped, and gives null. */
export async function train(name: DetectorName, settings: Settings): Promise<Figures | null> {
  const { seed, checkpoint, isBegun, isStopped, log } = settings;
  const { build, firstLabel, trainSize, batchSize, lr, ...recipe } = recipes[name];
  const epochs = settings.epochs ?? recipe.epochs;
  torch.manualSeed(seed);
  const model = build();
  const loader = new data.DataLoader(new DrawnShapes(trainSize, seed), {
    batchSize,
    shuffle: true,
    dropLast: true,
    collateFn: collate(firstLabel),
  });
  const optimizer = new optim.Adam(model.parameters(), { lr });
  const totalSteps = epochs * loader.length;
  const scheduler = new optim.lrScheduler.OneCycleLR(optimizer, lr, { totalSteps, pctStart: 0.15 });
  const progress = { steps: 0, seconds: 0 };
  if (isBegun) {
    const saved = await torch.load<Checkpoint>(checkpoint);
    model.loadStateDict(saved.model);
    optimizer.loadStateDict(saved.optimizer);
    scheduler.loadStateDict(saved.scheduler);
    loader.loadStateDict(saved.loader);
    Object.assign(progress, saved.progress);
    log(`${name}: going on after ${progress.steps} of ${totalSteps} steps`);
  }

  while (progress.steps < totalSteps && !isStopped()) {
    const seen: Losses[] = [];
    for await (const { images, targets } of loader) {
      const since = performance.now();
      const losses: Losses = { ...(await model(images, targets)) };
      optimizer.zeroGrad();
      Object.values(losses)
        .reduce((sum, loss) => sum.add(loss))
        .backward();
      optimizer.step();
      scheduler.step();
      seen.push(Object.fromEntries(Object.entries(losses).map(([term, loss]) => [term, loss.detach()])));
      await torch.synchronize();
      progress.steps++;
      progress.seconds += (performance.now() - since) / 1000;
      if (isStopped()) break;
    }
    const states = { optimizer: optimizer.stateDict(), scheduler: scheduler.stateDict(), loader: loader.stateDict() };
    await torch.save({ progress, model: model.stateDict(), ...states }, checkpoint);
    const { steps, seconds } = progress;
    if (seen.length > 0) log(`${name}: step ${steps} of ${totalSteps}, ${seconds.toFixed(0)} s; ${await means(seen)}`);
  }
  return progress.steps < totalSteps ? null : look(name, model.eval(), settings);
}

/** The mean of each term of the losses, as text. */
async function means(seen: readonly Losses[]): Promise<string> {
  const told = Object.keys(seen[0]!).map(async (term) => {
    const mean = torch.stack(seen.map((losses) => losses[term]!)).mean();
    return `${term} ${(await mean.item()).toFixed(3)}`;
  });
  return (await Promise.all(told)).join(', ');
}

/** Looks for shapes in pictures that are new, draws what is found in some of them, and counts. */
async function look(name: DetectorName, model: Detector, { drawing }: Settings): Promise<Figures> {
  const recipe = recipes[name];
  const { firstLabel, batchSize } = recipe;
  const collateFn = collate(firstLabel);
  const loader = new data.DataLoader(new DrawnShapes(HELD, HELD_SEED), { batchSize, collateFn });
  const metric = new MeanAveragePrecision();
  const drawn: Tensor[] = [];
  for await (const { images, targets } of loader) {
    const found = await torch.noGrad(() => model(images));
    metric.update(found, targets);
    for (const [i, each] of found.entries()) {
      if (drawn.length < DRAWN) drawn.push(await withBoxes(images.at(i), each, recipe));
    }
  }
  await utils.saveImage(drawn, drawing, { nrow: 6 });
  const { map50, map } = await metric.compute();
  return { map50: await map50.item(), map: await map.item() };
}

const colors = ['yellow', 'cyan', 'magenta'] as const;

/** A picture, enlarged, with what was found in it. */
async function withBoxes(image: Tensor, found: detection.Detection, { firstLabel, sure }: Recipe): Promise<Tensor> {
  const large = nn.functional.interpolate(image.unsqueeze(0), { scaleFactor: SCALE }).squeeze(0);
  const scores = (await found.scores.data()).filter((score) => score > sure);
  if (scores.length === 0) return large;
  const classes = Array.from(
    (await found.labels.data()).slice(0, scores.length),
    (label) => Number(label) - firstLabel,
  );
  return utils.drawBoundingBoxes(large, found.boxes.narrow(0, 0, scores.length).mul(SCALE), {
    labels: classes.map((label, i) => `${kinds[label]} ${scores[i]!.toFixed(2)}`),
    colors: classes.map((label) => colors[label]!),
    width: 2,
  });
}
