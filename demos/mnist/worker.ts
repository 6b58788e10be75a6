// The training worker: obeys the page's messages, trains between them, and reports what it sees.
import * as torch from 'lamplight';
import { type Mnist, MnistFiles } from './files';
import { confusionCounts, inspect, pickImages, predict, readTestSet, sampleDigits, type TestReading } from './inspect';
import { modelName } from './models';
import { Pace } from './pace';
import type { FromWorker, GpuNumbers, Hyperparameters, ModelName, Phase, ToWorker } from './protocol';
import { describeAdapter, Trainer, type TrainingEvent } from './training';

/** Milliseconds between reports on progress, and between looks inside. */
const REPORT_INTERVAL = 100;
const LOOK_INTERVAL = 400;
/** Milliseconds after which waiting messages are let in. */
const BREATH_INTERVAL = 15;
const GALLERY_SIZE = 24;

const post = (message: FromWorker) => self.postMessage(message);

/** Lets waiting messages in. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

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

  async obey(message: ToWorker): Promise<void> {
    switch (message.type) {
      case 'load':
        return this.load(message);
      case 'reset':
        return this.reset(message.settings);
      case 'train':
        return this.press();
      case 'pause':
        this.going = false;
        return;
      case 'step':
        return this.press({ once: true });
      case 'watch':
        this.watched = message.pixels;
        return this.look();
      case 'predict':
        return this.answer(message.id, message.pixels);
      case 'pair':
        return this.showPair(message.label, message.predicted);
      case 'save':
        return this.save();
      case 'open':
        return this.open(message.file);
    }
  }

  /** Reports a failure; a lost device ends this worker's usefulness. */
  fail(error: unknown): void {
    const fatal = error instanceof torch.DeviceLostError || this.phase === 'loading';
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    if (fatal) this.setPhase('lost');
    post({ type: 'error', name, message, fatal });
  }

  private async load({ dataUrl, settings, resume }: Extract<ToWorker, { type: 'load' }>): Promise<void> {
    const turn = ++this.turn;
    this.files = new MnistFiles(dataUrl, (bytes) => post({ type: 'fetched', bytes }));
    const [mnist, { adapter, software }] = await Promise.all([this.files.open(settings.limit), describeAdapter()]);
    post({ type: 'loaded', adapter, software, samples: await sampleDigits(mnist.test) });
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

  private async reset(settings: Hyperparameters): Promise<void> {
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
        post({ type: 'kept', settings: this.trainer.settings });
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

  /** Trains, unless the page did not know yet that files are still to come. */
  private async press({ once = false } = {}): Promise<void> {
    if (this.phase !== 'loading') await this.train({ once });
  }

  private async train({ once = false } = {}): Promise<void> {
    await this.halt();
    const trainer = this.expectTrainer();
    if (trainer.epoch >= this.goal) this.goal = trainer.epoch + trainer.settings.epochs;
    this.events ??= trainer.run(this.goal);
    this.pace.restart();
    this.setPhase('training');
    this.going = true;
    this.driving = this.drive(trainer, this.events, once);
  }

  /** Stops after the step under way. */
  private async halt(): Promise<void> {
    this.going = false;
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
      this.fail(error);
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
        post({ type: 'steps', first, losses, accuracies, stepsPerEpoch: trainer.stepsPerEpoch });
        return;
      }
      case 'evaluating':
        if (this.phase !== 'evaluating') this.setPhase('evaluating');
        return;
      case 'epoch': {
        const weights = await torch.saveBytes(trainer.model.stateDict());
        const checkpoint = { weights, epoch: trainer.epoch, epochs: this.goal };
        post({ type: 'epoch', result: event.result, checkpoint });
        await this.readTests();
        await this.look();
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
    if (now - this.lastLook > LOOK_INTERVAL) this.look().catch((error) => this.fail(error));
  }

  private reportProgress(): void {
    if (!this.unreported) return;
    const { epoch, step, steps } = this.unreported;
    this.unreported = undefined;
    const { batchSize } = this.expectTrainer().settings;
    post({
      type: 'progress',
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
    post({ type: 'gpu', numbers });
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
        post({ type: 'features', ...(await this.beside(({ model }) => inspect(model, watched))) });
      }
    } finally {
      this.looking = false;
      this.lastLook = performance.now();
    }
  }

  private async answer(id: number, pixels: Float32Array): Promise<void> {
    const probabilities = this.trainer?.initialized ? await this.beside(({ model }) => predict(model, pixels)) : null;
    post({ type: 'prediction', id, probabilities });
  }

  private async readTests(): Promise<void> {
    if (!this.mnist) return;
    const { test } = this.mnist;
    this.reading = await this.beside(({ model }) => readTestSet(model, test));
    const where = (label: number, predicted: number) => label !== predicted;
    const wrong = await pickImages(test, this.reading, where, { limit: GALLERY_SIZE, surest: true });
    post({ type: 'confusion', counts: confusionCounts(this.reading), wrong });
  }

  private async showPair(label: number, predicted: number): Promise<void> {
    if (!this.mnist || !this.reading) return;
    const where = (is: number, read: number) => is === label && read === predicted;
    const options = { limit: GALLERY_SIZE, surest: label !== predicted };
    const { mnist, reading } = this;
    const images = await this.beside(() => pickImages(mnist.test, reading, where, options));
    post({ type: 'pair', label, predicted, images });
  }

  private async save(): Promise<void> {
    const { model } = this.expectTrainer();
    const weights = await this.beside(() => torch.saveBytes(model.stateDict()));
    post({ type: 'saved', fileName: `mnist-${modelName(model)}.safetensors`, weights });
  }

  /** Loads weights; a file of the other network brings that network with it. When it fails, all stays as it was. */
  private async open(file: File): Promise<void> {
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
    post({ type: 'opened', fileName: file.name, model });
    await this.readTests();
    await this.look();
  }

  private setPhase(phase: Phase): void {
    this.phase = phase;
    const { trainer } = this;
    this.announced = trainer?.initialized ?? false;
    post({
      type: 'phase',
      phase,
      model: trainer?.settings.model ?? 'simple',
      parameters: trainer?.parameterCount ?? null,
      trained: this.announced,
    });
  }
}

/** Which of the two networks a file's keys belong to; undefined when neither. */
function modelOf(state: Readonly<Record<string, unknown>>): ModelName | undefined {
  if (!('conv1.weight' in state && 'final.weight' in state)) return undefined;
  return 'norm.weight' in state ? 'complex' : 'simple';
}

const run = new Run();
self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  run.obey(data).catch((error) => run.fail(error));
};
