// The MNIST page: connects the panels with the run in the worker, and keeps what is needed to go on after a lost GPU.
import { connect, type Remote, terminate } from 'lamplight/worker';
import { byId } from 'lamplight-notebook/ui/dom';
import { saveFile } from 'lamplight-notebook/ui/save-file';
import { clearBanners, showBanner } from '../ui/banners';
import { startShell } from '../ui/shell';
import { diagnose, noWebGpuNotice } from '../ui/webgpu-check';
import { ChartsPanel } from './panels/charts';
import { ConfusionPanel } from './panels/confusion';
import { Controls } from './panels/controls';
import { DrawPanel } from './panels/draw';
import { FeaturesPanel } from './panels/features';
import { GalleryPanel } from './panels/gallery';
import { GpuPanel } from './panels/gpu';
import { ProgressPanel } from './panels/progress';
import { COURSE, type Hyperparameters, type Phase, type Resume, type Watcher } from './protocol';
import type { Run } from './worker';

/**
 * What the page begins with: the larger network, in batches small enough that it learns within the first seconds, and half of the
 * images, so that half need not be fetched.
 */
const INITIAL: Hyperparameters = { ...COURSE, model: 'complex', lr: 0.003, batchSize: 250, epochs: 4, limit: 30_000 };
/** The same where there is only a processor to run on. */
const INITIAL_SOFTWARE: Hyperparameters = {
  ...COURSE,
  model: 'medium',
  lr: 0.01,
  batchSize: 100,
  epochs: 3,
  limit: 12_000,
};

startShell('../');
const diagnosis = await diagnose();
if (diagnosis.usable) start(diagnosis.software ? INITIAL_SOFTWARE : INITIAL);
else byId('notice', HTMLElement).append(noWebGpuNotice(diagnosis));

function start(initial: Hyperparameters): void {
  byId('bench', HTMLElement).hidden = false;
  const banners = byId('banners', HTMLElement);
  const charts = new ChartsPanel();
  const progress = new ProgressPanel();
  const gpu = new GpuPanel();
  const gallery = new GalleryPanel(() => confusion.mark(-1, -1));
  const confusion = new ConfusionPanel((label, predicted) => {
    confusion.mark(label, predicted);
    call(async (run) => {
      const images = await run.pair(label, predicted);
      if (images) gallery.showPair(label, predicted, images);
    });
  });
  const features = new FeaturesPanel((pixels) => call((run) => run.watch(pixels)));
  const draw = new DrawPanel((pixels) => {
    features.setDrawing(pixels);
    ask(pixels);
  });
  const controls = new Controls(initial, {
    train: () => call((run) => run.press()),
    pause: () => call((run) => run.pause()),
    step: () => call((run) => run.press({ once: true })),
    reset(settings) {
      checkpoint = undefined;
      clearRun();
      call((run) => run.reset(settings));
    },
    save: () =>
      call(async (run) => {
        const { fileName, weights } = await run.save();
        saveFile(fileName, new Blob([new Uint8Array(weights)], { type: 'application/octet-stream' }));
      }),
    open: (file) =>
      call(async (run) => {
        const model = await run.open(file);
        controls.write({ ...controls.read(), model });
        controls.say(`Loaded ${file.name}. Draw a digit, or train on from here.`);
      }),
  });

  let launched: Promise<Launched>;
  let phase: Phase = 'loading';
  let trained = false;
  let checkpoint: Resume | undefined;
  let drawing: Float32Array | null = null;
  let waiting = false;
  let stale = false;

  /** Calls the run in the worker, and shows what fails unless another worker has taken its place. */
  async function call(work: (run: Remote<Run>) => Promise<unknown>): Promise<void> {
    const own = launched;
    try {
      await work((await own).run);
    } catch (error) {
      if (own === launched) fail(error);
    }
  }

  function setWaiting(now: boolean): void {
    waiting = now;
    draw.setBusy(now);
  }

  /** Asks for the drawing's probabilities; while an answer is under way, only the latest drawing waits. */
  function ask(pixels: Float32Array | null): void {
    drawing = pixels;
    if (!pixels) return;
    if (waiting) {
      stale = true;
      return;
    }
    setWaiting(true);
    call(async (run) => {
      const probabilities = await run.predict(pixels).finally(() => setWaiting(false));
      if (drawing) draw.show(probabilities);
      if (stale) {
        stale = false;
        ask(drawing);
      }
    });
  }

  function clearRun(): void {
    charts.clear();
    progress.clear();
    confusion.clear();
    gallery.setMistakes(null);
  }

  /** Ends the worker there is, and starts another. */
  function launch(): void {
    launched?.then(({ remote }) => terminate(remote)).catch(() => {});
    setWaiting(false);
    phase = 'loading';
    trained = false;
    launched = begin(watcher);
    const dataUrl = new URL('../data/mnist/', location.href).href;
    call((run) => run.load(dataUrl, controls.read(), checkpoint));
  }

  const watcher: Watcher = {
    loaded(adapter, software, samples) {
      gpu.setAdapter(adapter, software);
      if (software) byId('place', HTMLElement).textContent = 'your own machine';
      byId('why', HTMLElement).hidden = !software;
      features.offer(samples);
    },
    fetched: (bytes) => controls.showFetched(bytes),
    kept: (settings) => controls.write(settings),
    phase(now, parameters, isTrained) {
      phase = now;
      trained = isTrained;
      controls.setPhase(phase, parameters, trained);
      draw.setPhase(phase, trained);
      if (trained && drawing) ask(drawing);
    },
    steps({ first, losses, accuracies, stepsPerEpoch }) {
      charts.addSteps(first, losses, accuracies, stepsPerEpoch);
      if (drawing) ask(drawing);
    },
    progress: (now) => progress.show(now),
    epoch(result, latest) {
      checkpoint = latest;
      charts.addEpoch(result);
      progress.showAccuracy(result.testAccuracy);
    },
    features: (filters, stages) => features.show(filters, stages),
    confusion(counts, wrong) {
      confusion.show(counts);
      gallery.setMistakes(wrong);
    },
    gpu: (numbers) => gpu.show(numbers),
    failed: fail,
  };

  /** Says what has failed. A lost device ends the usefulness of its worker, and so does what keeps it from beginning. */
  function fail(error: unknown): void {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    if (phase === 'lost') return;
    if (phase !== 'loading' && name !== 'DeviceLostError' && name !== 'WorkerError') {
      showBanner(banners, name, message);
      return;
    }
    phase = 'lost';
    controls.setPhase(phase, null, false);
    draw.setPhase(phase, trained);
    const label = checkpoint ? 'Resume from the last epoch' : 'Start again';
    showBanner(banners, name, message, {
      label,
      run() {
        clearBanners(banners);
        if (!checkpoint) clearRun();
        launch();
      },
    });
  }

  clearRun();
  launch();
}

/** A worker and the run in it. */
interface Launched {
  readonly remote: Remote<typeof Run>;
  readonly run: Remote<Run>;
}

async function begin(watcher: Watcher): Promise<Launched> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'mnist-training' });
  const remote = await connect<typeof Run>(worker);
  return { remote, run: await new remote(watcher) };
}
