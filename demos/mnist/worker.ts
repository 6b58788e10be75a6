// The training worker: does what the page calls, trains between the calls, and reports what it sees.
import * as torch from 'lamplight';
import { expose, transfer } from 'lamplight/worker';
import { type Mnist, MnistFiles } from 'lamplight-notebook/mnist/files';
import { breathe } from 'lamplight-notebook/worker/breathe';
import { confusionCounts, inspect, pickImages, predict, readTestSet, sampleDigits, type TestReading } from './inspect';
import { modelName } from './models';
import { Pace } from './pace';
import type { GpuNumbers, Hyperparameters, ModelName, Phase, ReadImage, Resume, Watcher } from './protocol';
import { describeAdapter, Trainer, type TrainingEvent } from './training';

/** Milliseconds between reports on progress, and between looks inside. */
const REPORT_INTERVAL = 100;
const LOOK_INTERVAL = 400;
/** Milliseconds after which waiting calls are let in. */
const BREATH_INTERVAL = 15;
const GALLERY_SIZE = 24;

type StepEvent = Extract<TrainingEvent, { type: 'step' }>;

class Run {
  private files: MnistFiles | undefined;
  private mnist: Mnist | undefined;
  /** Counts the settings that were asked for: files may come when others have been asked for since. */
  private turn = 0;
  private trainer: Trainer | undefined;
  private events: AsyncGenerator<TrainingEvent, void, void> | undefined;
  private phase: Phase = 'loading';
  /** Whether the page knows that the network can be asked. */
  private announced = false;
  private goal = 0;
  private going = false;
  private driving: Promise<void> = Promise.resolve();
  private watched: Float32Array | undefined;
  private reading: TestReading | undefined;
  private readonly pace = new Pace();
  private lastReport = 0;
  /** A step that the page has not heard of yet. */
  private unreported: StepEvent | undefined;
  private lastLook = 0;
  private looking = false;

  constructor(private readonly watcher: Watcher) {}

  /** Fetches what is needed; with `resume` trains on from there. */
  async load(dataUrl: string, settings: Hyperparameters, resume: Resume | undefined): Promise<void> {
    const turn = ++this.turn;
    this.files = new MnistFiles(dataUrl, (bytes) => this.watcher.fetched(bytes));
    const [mnist, { adapter, software }] = await Promise.all([this.files.open(settings.limit), describeAdapter()]);
    this.watcher.loaded(adapter, software, await sampleDigits(mnist.test));
    if (turn !== this.turn) return;
    this.newTrainer(mnist, settings);
    if (!resume) {
      this.setPhase('ready');
      return this.look();
    }
    const trainer = this.expectTrainer();
    trainer.model.loadStateDict(await torch.load(resume.weights));
    trainer.initialized = true;
    trainer.epoch = resume.epoch;
    this.goal = resume.epochs;
    if (resume.epoch < resume.epochs) return this.train();
    this.setPhase('finished');
  }

  /** Begins anew, with a new network. */
  async reset(settings: Hyperparameters): Promise<void> {
    const turn = ++this.turn;
    await this.halt();
    const { files } = this;
    if (!files) throw new Error('MNIST is still being loaded');
    if (!files.holds(settings.limit)) this.setPhase('loading');
    try {
      const mnist = await files.open(settings.limit);
      if (turn !== this.turn) return;
      this.newTrainer(mnist, settings);
    } catch (error) {
      if (turn !== this.turn) return;
      // More images than there are, and no connection: what stood before goes on.
      if (this.trainer) {
        this.watcher.kept(this.trainer.settings);
        this.setPhase('ready');
      }
      throw error;
    }
    this.setPhase('ready');
    await this.look();
  }

  private newTrainer(mnist: Mnist, settings: Hyperparameters): void {
    this.mnist = mnist;
    this.trainer = new Trainer(mnist, settings, { accuracy: true });
    this.events = undefined;
    this.unreported = undefined;
    this.goal = 0;
    this.reading = undefined;
  }

  private expectTrainer(): Trainer {
    if (!this.trainer) throw new Error('MNIST is still being loaded');
    return this.trainer;
  }

  /** Looks at the trainer's network between its steps. */
  private beside<T>(work: (trainer: Trainer) => Promise<T>): Promise<T> {
    const trainer = this.expectTrainer();
    return trainer.beside(() => work(trainer));
  }

  /** Trains until it is paused or over, or for one step; not at all where the page did not know yet that files are still to come. */
  async press({ once = false } = {}): Promise<void> {
    if (this.phase !== 'loading') await this.train({ once });
  }

  /** Stops after the step under way. */
  pause(): void {
    this.going = false;
  }

  private async train({ once = false } = {}): Promise<void> {
    await this.halt();
    const trainer = this.expectTrainer();
    if (trainer.epoch >= this.goal) this.goal = trainer.epoch + trainer.settings.epochs;
    this.events ??= trainer.run(this.goal);
    this.pace.restart();
    this.setPhase('training');
    this.going = true;
    const driving = this.drive(trainer, this.events, once);
    // Whoever has it train hears of what fails.
    this.driving = driving.catch(() => {});
    await driving;
  }

  /** Waits until nothing trains. */
  private async halt(): Promise<void> {
    this.pause();
    await this.driving;
  }

  /** Takes events until the run is over, or paused, or `once` a step has been made. */
  private async drive(
    trainer: Trainer,
    events: AsyncGenerator<TrainingEvent, void, void>,
    once: boolean,
  ): Promise<void> {
    let breath = performance.now();
    try {
      while (this.going) {
        const { value: event, done } = await events.next();
        if (done) {
          this.events = undefined;
          this.setPhase('finished');
          return;
        }
        await this.take(event);
        if (once && (event.type === 'step' || event.type === 'evaluating')) this.going = false;
        if (performance.now() - breath > BREATH_INTERVAL) {
          await breathe();
          breath = performance.now();
        }
      }
      for (const event of await trainer.catchUp()) await this.take(event);
      this.reportProgress();
      this.setPhase('paused');
      await this.look();
    } catch (error) {
      // A generator that threw is over; the next one begins the epoch again.
      this.events = undefined;
      this.setPhase('paused');
      throw error;
    } finally {
      this.reportGpu();
    }
  }

  private async take(event: TrainingEvent): Promise<void> {
    const trainer = this.expectTrainer();
    switch (event.type) {
      case 'step': {
        if (this.phase !== 'training' || !this.announced) this.setPhase('training');
        this.pace.add(event.images);
        this.reportStep(event);
        return;
      }
      case 'losses': {
        const { first, losses, accuracies } = event;
        this.watcher.steps({ first, losses, accuracies, stepsPerEpoch: trainer.stepsPerEpoch });
        return;
      }
      case 'evaluating':
        if (this.phase !== 'evaluating') this.setPhase('evaluating');
        return;
      case 'epoch': {
        const weights = await torch.saveBytes(trainer.model.stateDict());
        const checkpoint = { weights, epoch: trainer.epoch, epochs: this.goal };
        this.watcher.epoch(event.result, checkpoint);
        await this.showTests();
        this.pace.restart();
      }
    }
  }

  private reportStep(event: StepEvent): void {
    this.unreported = event;
    const now = performance.now();
    if (now - this.lastReport < REPORT_INTERVAL && event.step < event.steps) return;
    this.lastReport = now;
    this.reportProgress();
    this.reportGpu();
    if (now - this.lastLook > LOOK_INTERVAL) this.look().catch((error) => this.watcher.failed(error));
  }

  private reportProgress(): void {
    if (!this.unreported) return;
    const { epoch, step, steps } = this.unreported;
    this.unreported = undefined;
    const { batchSize } = this.expectTrainer().settings;
    this.watcher.progress({
      epoch,
      epochs: this.goal,
      step,
      steps,
      imagesPerSecond: this.pace.imagesPerSecond,
      secondsLeft: step < steps ? this.pace.secondsFor((steps - step) * batchSize) : 0,
    });
  }

  private reportGpu(): void {
    const { liveBytes, pooledBytes, peakBytes } = torch.gpu.stats();
    const numbers: GpuNumbers = { liveBytes, pooledBytes, peakBytes, perStep: this.trainer?.steadyStep ?? null };
    this.watcher.gpu(numbers);
  }

  /** Has the page see what the convolutions make of a digit, now and while they learn. */
  watch(pixels: Float32Array): Promise<void> {
    this.watched = pixels;
    return this.look();
  }

  /** Shows what the convolutions make of the watched digit; while one look is under way, others are left out. */
  private async look(): Promise<void> {
    if (!this.trainer || !this.watched || this.looking) return;
    this.looking = true;
    try {
      let pixels: Float32Array | undefined;
      while (pixels !== this.watched && this.watched) {
        const watched = this.watched;
        pixels = watched;
        const { filters, stages } = await this.beside(({ model }) => inspect(model, watched));
        this.watcher.features(filters, stages);
      }
    } finally {
      this.looking = false;
      this.lastLook = performance.now();
    }
  }

  /** Ten probabilities; null while the network cannot be asked. */
  async predict(pixels: Float32Array): Promise<Float32Array | null> {
    return this.trainer?.initialized ? this.beside(({ model }) => predict(model, pixels)) : null;
  }

  private async readTests(): Promise<void> {
    if (!this.mnist) return;
    const { test } = this.mnist;
    this.reading = await this.beside(({ model }) => readTestSet(model, test));
    const where = (label: number, predicted: number) => label !== predicted;
    const wrong = await pickImages(test, this.reading, where, { limit: GALLERY_SIZE, surest: true });
    this.watcher.confusion(confusionCounts(this.reading), wrong);
  }

  /** Test images of one digit that were read as another; null before the test set has been read. */
  async pair(label: number, predicted: number): Promise<ReadImage[] | null> {
    if (!this.mnist || !this.reading) return null;
    const where = (is: number, read: number) => is === label && read === predicted;
    const options = { limit: GALLERY_SIZE, surest: label !== predicted };
    const { mnist, reading } = this;
    return this.beside(() => pickImages(mnist.test, reading, where, options));
  }

  async save(): Promise<{ readonly fileName: string; readonly weights: Uint8Array }> {
    const { model } = this.expectTrainer();
    const weights = await this.beside(() => torch.saveBytes(model.stateDict()));
    return transfer({ fileName: `mnist-${modelName(model)}.safetensors`, weights });
  }

  /** Loads weights; a file of another network brings that network with it, which is named. When it fails, all stays as it was. */
  async open(file: File): Promise<ModelName> {
    await this.halt();
    const trainer = this.expectTrainer();
    const state = await torch.load(file);
    const model = modelOf(state) ?? trainer.settings.model;
    if (model === trainer.settings.model) {
      trainer.model.loadStateDict(state);
    } else if (this.mnist) {
      const other = new Trainer(this.mnist, { ...trainer.settings, model }, { accuracy: true });
      other.model.loadStateDict(state);
      this.trainer = other;
      this.events = undefined;
      this.goal = 0;
    }
    this.expectTrainer().initialized = true;
    this.setPhase('paused');
    this.showTests().catch((error) => this.watcher.failed(error));
    return model;
  }

  private async showTests(): Promise<void> {
    await this.readTests();
    await this.look();
  }

  private setPhase(phase: Phase): void {
    this.phase = phase;
    const { trainer } = this;
    this.announced = trainer?.initialized ?? false;
    this.watcher.phase(phase, trainer?.parameterCount ?? null, this.announced);
  }
}

/** Which of the networks a file's keys belong to; undefined when none. */
function modelOf(state: Readonly<Record<string, unknown>>): ModelName | undefined {
  if (!('conv2.weight' in state && 'final.weight' in state)) return undefined;
  if (!('conv3.weight' in state)) return 'medium';
  return 'norm.weight' in state ? 'complex' : 'simple';
}

expose(Run);

export type { Run };
